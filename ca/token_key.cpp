#include "ca/token_key.h"

#include <string_view>

#include "base/random.h"
#include "ca/public_key.h"
#include "ca/token_algorithm.h"

namespace ca {

namespace {

constexpr std::string_view kChallengeWords = "conclave: possession of a private key, challenge 1\n";
constexpr std::size_t kChallengeSize = 32;

// Reads the public half that the token has just made.
base::Result<base::Bytes> public_key_info_in(TokenSession& session,
                                             TokenObject public_key,
                                             Algorithm algorithm) {
  if (algorithm != Algorithm::kRsa3072 && algorithm != Algorithm::kRsa4096) {
    const base::Result<base::Bytes> point = session.read_attribute(public_key, CKA_EC_POINT);
    return point ? public_key_info_from(algorithm, *point) : point;
  }
  base::Result<base::Bytes> modulus = session.read_attribute(public_key, CKA_MODULUS);
  if (!modulus) {
    return modulus;
  }
  base::Result<base::Bytes> exponent = session.read_attribute(public_key, CKA_PUBLIC_EXPONENT);
  if (!exponent) {
    return exponent;
  }
  return public_key_info_from(
      RsaAttributes{.modulus = std::move(*modulus), .public_exponent = std::move(*exponent)});
}

}  // namespace

base::Result<std::unique_ptr<TokenKey>> TokenKey::generate(std::shared_ptr<TokenSession> session,
                                                           Algorithm algorithm,
                                                           Extractable extractable) {
  const base::Result<TokenKeyPair> pair = session->generate_key_pair(algorithm, extractable);
  if (!pair) {
    return pair.error();
  }
  base::Result<base::Bytes> public_key_info =
      public_key_info_in(*session, pair->public_key, algorithm);
  if (!public_key_info) {
    return public_key_info.error();
  }
  if (base::Result<void> destroyed = session->destroy_object(pair->public_key); !destroyed) {
    return destroyed.error();
  }
  return std::make_unique<TokenKey>(
      Place{.session = std::move(session), .private_key = pair->private_key},
      algorithm,
      std::move(*public_key_info));
}

base::Result<base::Bytes> TokenKey::sign(base::ByteView message) {
  const base::Result<base::Bytes> input = token_signature_input(algorithm_, message);
  if (!input) {
    return input.error();
  }
  const base::Result<base::Bytes> raw =
      place_.session->sign(algorithm_, {.private_key = place_.private_key, .input = *input});
  if (!raw) {
    return raw.error();
  }
  return certificate_signature(algorithm_, *raw);
}

base::Result<void> prove_possession(Signer& signer) {
  base::Bytes challenge(kChallengeWords.begin(), kChallengeWords.end());
  const base::Bytes random = base::random_bytes(kChallengeSize);
  challenge.insert(challenge.end(), random.begin(), random.end());
  const base::Result<base::Bytes> signature = signer.sign(challenge);
  if (!signature) {
    return signature.error();
  }
  return verify_signature(
      {.public_key_info = signer.public_key_info(), .message = challenge, .signature = *signature});
}

}  // namespace ca
