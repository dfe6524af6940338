// Issuing and verifying beside plain libcrypto.
//
// Ours goes the whole way: the request's form and key are tested, the to-be-signed bytes are
// linted, signed in the token, parsed back, verified, compared and linted again. The peer's way is
// X509_sign() and X509_CRL_sign() alone, so a ratio tells what the care costs.

#include <array>
#include <cstdlib>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/libcrypto_peer.h"
#include "bench/token_room.h"
#include "ca/issuer.h"
#include "ca/serial_number.h"
#include "support/ca_issuance.h"

namespace {

using ca::Algorithm;

constexpr std::array kIssuers{
    Algorithm::kP256, Algorithm::kP384, Algorithm::kRsa4096, Algorithm::kEd25519};
constexpr std::array<std::size_t, 2> kListSizes{1'000, 100'000};
constexpr Algorithm kListIssuer = Algorithm::kP384;

// What does not verify would be measured as fast.
void must(bool verified) {
  if (!verified) {
    std::abort();
  }
}

const base::Bytes& request_der() {
  static const base::Bytes der = [] {
    const auto key = support::new_key(Algorithm::kP256);
    return support::request_for(*key, "Example TLS CA").der();
  }();
  return der;
}

base::Bytes issue(bench::TokenRoot& root, const ca::CertificateProfile& profile) {
  const ca::SigningRequest request = ca::SigningRequest::parse(request_der()).value();
  const ca::CertificatePlan plan = support::subordinate_plan();
  const ca::CertificateDraft draft =
      ca::CertificateDraft::of_subordinate(
          {.profile = profile, .plan = plan, .request = request, .issuer = root.certificate}, {})
          .value();
  return ca::sign_certificate(draft, *root.key).value().der();
}

void issue_ours(benchmark::State& state, Algorithm algorithm) {
  bench::TokenRoot& root = bench::token_root(algorithm);
  const ca::CertificateProfile profile = support::profile_named("subordinate-tls");
  for ([[maybe_unused]] auto turn : state) {
    benchmark::DoNotOptimize(issue(root, profile).size());
  }
}

void issue_libcrypto(benchmark::State& state, Algorithm algorithm) {
  const bench::LibcryptoIssuer issuer = bench::libcrypto_issuer(algorithm);
  for ([[maybe_unused]] auto turn : state) {
    benchmark::DoNotOptimize(bench::issue_by_libcrypto(issuer, request_der()).size());
  }
}

void verify_ours(benchmark::State& state, Algorithm algorithm) {
  bench::TokenRoot& root = bench::token_root(algorithm);
  const base::Bytes der = issue(root, support::profile_named("subordinate-tls"));
  for ([[maybe_unused]] auto turn : state) {
    const ca::Certificate certificate = ca::Certificate::parse(der).value();
    must(certificate.verify_with(root.certificate.public_key_info()).ok());
  }
}

void verify_libcrypto(benchmark::State& state, Algorithm algorithm) {
  const bench::LibcryptoIssuer issuer = bench::libcrypto_issuer(algorithm);
  const base::Bytes der = bench::issue_by_libcrypto(issuer, request_der());
  for ([[maybe_unused]] auto turn : state) {
    const unsigned char* at = der.data();
    const ca::X509Ptr certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
    must(X509_verify(certificate.get(), issuer.key.get()) == 1);
  }
}

// What a CA has issued and revoked.
struct Ledger {
  std::vector<ca::IssuedCertificate> issued;
  std::vector<ca::Revocation> revocations;
};

Ledger ledger_of(const ca::DistinguishedName& issuer, std::size_t size) {
  Ledger ledger;
  for (std::size_t i = 0; i < size; ++i) {
    ledger.issued.push_back({.issuer = issuer.der(),
                             .serial = ca::new_serial_number(),
                             .not_after = support::at("2033-12-31T23:59:59Z")});
    ledger.revocations.push_back({.issuer = issuer.der(),
                                  .serial = ledger.issued.back().serial,
                                  .revoked_at = support::at("2026-05-01T00:00:00Z"),
                                  .reason = ca::RevocationReason::kSuperseded});
  }
  return ledger;
}

base::Bytes list(bench::TokenRoot& root, const Ledger& ledger) {
  const ca::CertificateProfile profile = support::profile_named("crl");
  ca::RevocationListPlan plan;
  plan.this_update = support::at("2026-06-01T00:00:00Z");
  plan.next_update = support::at("2027-05-31T00:00:00Z");
  ca::RevocationListDraft draft =
      ca::RevocationListDraft::of(
          {.profile = profile,
           .plan = plan,
           .issuer = root.certificate,
           .issued = ca::IssuedCertificates(root.certificate.subject(), ledger.issued),
           .revocations = ca::Revocations(root.certificate.subject(), ledger.revocations)})
          .value();
  return ca::sign_revocation_list(std::move(draft), *root.key).value().der();
}

void list_ours(benchmark::State& state, std::size_t size) {
  bench::TokenRoot& root = bench::token_root(kListIssuer);
  const Ledger ledger = ledger_of(root.certificate.subject(), size);
  for ([[maybe_unused]] auto turn : state) {
    benchmark::DoNotOptimize(list(root, ledger).size());
  }
}

void list_libcrypto(benchmark::State& state, std::size_t size) {
  const bench::LibcryptoIssuer issuer = bench::libcrypto_issuer(kListIssuer);
  const Ledger ledger = ledger_of(support::example_name("Example Root"), size);
  for ([[maybe_unused]] auto turn : state) {
    benchmark::DoNotOptimize(bench::list_by_libcrypto(issuer, ledger.revocations).size());
  }
}

void verify_list_ours(benchmark::State& state, std::size_t size) {
  bench::TokenRoot& root = bench::token_root(kListIssuer);
  const base::Bytes der = list(root, ledger_of(root.certificate.subject(), size));
  for ([[maybe_unused]] auto turn : state) {
    const ca::RevocationList found = ca::RevocationList::parse(der).value();
    must(found.verify_with(root.certificate.public_key_info()).ok());
  }
}

void verify_list_libcrypto(benchmark::State& state, std::size_t size) {
  const bench::LibcryptoIssuer issuer = bench::libcrypto_issuer(kListIssuer);
  const base::Bytes der = bench::list_by_libcrypto(
      issuer, ledger_of(support::example_name("Example Root"), size).revocations);
  for ([[maybe_unused]] auto turn : state) {
    const unsigned char* at = der.data();
    const ca::X509CrlPtr found(d2i_X509_CRL(nullptr, &at, static_cast<long>(der.size())));
    must(X509_CRL_verify(found.get(), issuer.key.get()) == 1);
  }
}

// One side of a task.
template <typename Argument>
struct Row {
  const char* task;
  const char* who;
  void (*function)(benchmark::State&, Argument);
};

constexpr std::array kCertificateRows{
    Row<Algorithm>{"sign a certificate", "conclave", issue_ours},
    Row<Algorithm>{"sign a certificate", "libcrypto", issue_libcrypto},
    Row<Algorithm>{"verify a certificate", "conclave", verify_ours},
    Row<Algorithm>{"verify a certificate", "libcrypto", verify_libcrypto}};
constexpr std::array kListRows{
    Row<std::size_t>{"sign a CRL", "conclave", list_ours},
    Row<std::size_t>{"sign a CRL", "libcrypto", list_libcrypto},
    Row<std::size_t>{"verify a CRL", "conclave", verify_list_ours},
    Row<std::size_t>{"verify a CRL", "libcrypto", verify_list_libcrypto}};

// Registered before main().
// NOLINTNEXTLINE(cert-err58-cpp): only an exhausted memory throws, and then nothing is lost
[[maybe_unused]] const bool registered = [] {
  for (const Row<Algorithm>& row : kCertificateRows) {
    for (const Algorithm algorithm : kIssuers) {
      const std::string name = std::string("pair/") + row.task + ", " +
                               std::string(ca::name_of(algorithm)) + "/" + row.who;
      benchmark::RegisterBenchmark(name.c_str(), row.function, algorithm)
          ->Unit(benchmark::kMicrosecond);
    }
  }
  for (const Row<std::size_t>& row : kListRows) {
    for (const std::size_t size : kListSizes) {
      const std::string name =
          std::string("pair/") + row.task + ", " + std::to_string(size) + " entries/" + row.who;
      benchmark::RegisterBenchmark(name.c_str(), row.function, size)->Unit(benchmark::kMicrosecond);
    }
  }
  return true;
}();

}  // namespace
