#include "bench/compare/root_folder.h"

#include <algorithm>

#include "bench/compare/must.h"
#include "ca/issuer.h"
#include "ca/pem.h"
#include "support/ca_commands.h"
#include "support/ca_issuance.h"

namespace compare {

void make_root(const std::filesystem::path& folder, ca::Algorithm algorithm) {
  const auto token = must(ca::SoftToken::create());
  const auto key = must(ca::RootKey::generate(*token, algorithm));
  const ca::Kek kek = must(ca::Kek::random());
  const base::SecretBytes::Reader kek_bytes = kek.bytes().read();
  support::write_file(folder / "root.kek", kek_bytes.bytes());
  support::write_file(folder / "root.blob", must(key->wrap(kek)));
  ca::CertificatePlan plan = support::root_plan();
  plan.validity = {.not_before = support::today() - std::chrono::days{60},
                   .not_after = support::today() + std::chrono::days{7000}};
  const ca::CertificateDraft draft = must(
      ca::CertificateDraft::of_root(support::profile_named("root"), plan, key->public_key_info()));
  const ca::Certificate certificate = must(ca::sign_certificate(draft, *key));
  support::write_file(folder / "root.pem", base::bytes_of(certificate.pem()));
}

OpenRoot open_root(const std::filesystem::path& folder) {
  const base::Bytes pem = support::read_file(folder / "root.pem");
  ca::Certificate certificate =
      must(ca::Certificate::parse(must(ca::read_objects(pem)).front().der));
  const base::Bytes bytes = support::read_file(folder / "root.kek");
  base::SecretBytes secret(bytes.size());
  std::ranges::copy(bytes, secret.write().bytes().begin());
  const ca::Kek kek = must(ca::Kek::from_bytes(std::move(secret)));
  auto token = must(ca::SoftToken::create());
  const base::Bytes blob = support::read_file(folder / "root.blob");
  auto key = must(ca::RootKey::open(
      *token, {.blob = blob, .public_key_info = certificate.public_key_info()}, kek));
  return {.token = std::move(token), .certificate = std::move(certificate), .key = std::move(key)};
}

}  // namespace compare
