#include "bench/token_room.h"

#include <map>
#include <utility>

#include "ca/issuer.h"
#include "support/ca_issuance.h"

namespace bench {

namespace {

struct Room {
  std::unique_ptr<ca::SoftToken> token;  // destroyed after its keys
  std::map<ca::Algorithm, TokenRoot> roots;
};

Room& room() {
  static Room only;
  return only;
}

TokenRoot made_in(ca::SoftToken& token, ca::Algorithm algorithm) {
  auto key = ca::RootKey::generate(token, algorithm).value();
  ca::Kek kek = ca::Kek::random().value();
  base::Bytes blob = key->wrap(kek).value();
  const ca::CertificateDraft draft =
      ca::CertificateDraft::of_root(
          support::profile_named("root"), support::root_plan(), key->public_key_info())
          .value();
  ca::Certificate certificate = ca::sign_certificate(draft, *key).value();
  return {.key = std::move(key),
          .kek = std::move(kek),
          .blob = std::move(blob),
          .certificate = std::move(certificate)};
}

}  // namespace

ca::SoftToken& token() {
  if (room().token == nullptr) {
    room().token = ca::SoftToken::create().value();
  }
  return *room().token;
}

TokenRoot& token_root(ca::Algorithm algorithm) {
  const auto found = room().roots.find(algorithm);
  return found != room().roots.end()
             ? found->second
             : room().roots.emplace(algorithm, made_in(token(), algorithm)).first->second;
}

void close_token_room() {
  room().roots.clear();
  room().token.reset();
}

}  // namespace bench
