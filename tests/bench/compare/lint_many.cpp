#include "bench/compare/lint_many.h"

#include <chrono>
#include <fstream>
#include <string>
#include <vector>

#include "bench/compare/must.h"
#include "ca/certificate_lint.h"
#include "support/ca_commands.h"
#include "support/ca_issuance.h"

namespace compare {

namespace {

constexpr const char* kProfile = "subordinate-tls";

void must_be_clean(const base::Findings& findings) {
  if (!findings.empty()) {
    must(base::Result<int>(base::Error{base::ErrorCode::kInconsistent, findings.front().message}));
  }
}

}  // namespace

void lint_many(const std::filesystem::path& folder, std::size_t count) {
  const support::TestRoot root =
      support::make_root(ca::Algorithm::kP256, support::root_plan_of_today());
  const ca::CertificateProfile profile = support::profile_named(kProfile);
  const std::filesystem::path files = folder / "certificates";
  std::filesystem::create_directories(files);
  std::vector<base::Bytes> certificates;
  for (std::size_t i = 0; i < count; ++i) {
    const ca::Certificate made =
        support::make_certificate(root, kProfile, ca::Algorithm::kP256).certificate;
    certificates.push_back(made.der());
    support::write_file(files / (std::to_string(i) + ".pem"), base::bytes_of(made.pem()));
  }
  const auto began = std::chrono::steady_clock::now();
  for (const base::Bytes& der : certificates) {
    const ca::Certificate certificate = must(ca::Certificate::parse(der));
    must_be_clean(
        ca::lint_certificate(certificate, {.profile = &profile, .issuer = &root.certificate}));
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  std::ofstream(folder / "seconds") << took.count() << "\n";
}

}  // namespace compare
