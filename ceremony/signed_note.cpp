#include "ceremony/signed_note.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <openssl/x509.h>
#include <sodium.h>

#include "base/digest.h"
#include "base/text_encoding.h"
#include "ca/openssl_error.h"
#include "ca/openssl_ptr.h"
#include "ceremony/json_lines.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;

constexpr std::string_view kDash = "\xe2\x80\x94 ";  // EM DASH (U+2014), space
constexpr std::size_t kMaxNoteBytes = std::size_t{1} << 20U;
constexpr std::size_t kMaxSignatures = 100;
constexpr std::size_t kHashBytes = 4;

// SubjectPublicKeyInfo of an uncompressed P-256 point up to the point itself (RFC 5480 section 2).
constexpr std::array<std::uint8_t, 27> kP256Prefix = {
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
    0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04};
constexpr std::size_t kP256KeyBytes = 91;

Error bad_note(std::string what) {
  return Error{ErrorCode::kMalformed, std::move(what)};
}

// Narrower than C2SP: printable ASCII, so that a name looks the same wherever it is shown.
bool is_key_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char character) {
    return character > ' ' && character < '\x7f' && character != '+';
  });
}

bool is_note_text(std::string_view text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char character) {
    return character == '\n' || static_cast<unsigned char>(character) >= 0x20U;
  });
  return plain && !text.empty() && text.back() == '\n' && write_json(Json(std::string(text))).ok();
}

ca::EvpPkeyPtr read_p256_key(const base::Bytes& key_info) {
  const unsigned char* at = key_info.data();
  ca::EvpPkeyPtr key(d2i_PUBKEY(nullptr, &at, static_cast<long>(key_info.size())));
  ca::forget_openssl_errors();
  return key;
}

bool is_public_key(const VkeyParts& parts) {
  const base::Bytes& key = parts.public_key;
  if (parts.algorithm == NoteAlgorithm::kEd25519) {
    return key.size() == crypto_sign_PUBLICKEYBYTES;
  }
  return key.size() == kP256KeyBytes &&
         std::equal(kP256Prefix.begin(), kP256Prefix.end(), key.begin()) &&
         read_p256_key(key) != nullptr;
}

std::array<std::uint8_t, 4> hash_of(const VkeyParts& parts) {
  base::Sha256 hash;
  if (parts.algorithm == NoteAlgorithm::kEd25519) {
    const std::array<std::uint8_t, 2> separator = {0x0a, 0x01};
    hash.update(base::bytes_of(parts.name));
    hash.update(separator);
  }
  hash.update(parts.public_key);
  const base::Digest digest = hash.finish();
  std::array<std::uint8_t, kHashBytes> first{};
  std::copy_n(digest.begin(), first.size(), first.begin());
  return first;
}

std::optional<NoteAlgorithm> algorithm_of(std::uint8_t type) {
  switch (type) {
    case 0x01:
      return NoteAlgorithm::kEd25519;
    case 0x02:
      return NoteAlgorithm::kP256;
    default:
      return std::nullopt;
  }
}

bool verifies_p256(const Vkey& key, const SignedText& signed_text) {
  const ca::EvpPkeyPtr public_key = read_p256_key(key.public_key);
  const ca::EvpMdCtxPtr context(EVP_MD_CTX_new());
  if (public_key == nullptr || context == nullptr) {
    return false;
  }
  const base::ByteView text = base::bytes_of(signed_text.text);
  const base::Bytes& signature = signed_text.signature->signature;
  const bool good =
      EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, public_key.get()) == 1 &&
      EVP_DigestVerify(
          context.get(), signature.data(), signature.size(), text.data(), text.size()) == 1;
  ca::forget_openssl_errors();
  return good;
}

bool verifies_ed25519(const Vkey& key, const SignedText& signed_text) {
  const base::ByteView text = base::bytes_of(signed_text.text);
  const base::Bytes& signature = signed_text.signature->signature;
  return signature.size() == crypto_sign_BYTES &&
         crypto_sign_verify_detached(
             signature.data(), text.data(), text.size(), key.public_key.data()) == 0;
}

struct KeyPair {
  base::Bytes public_key;
  base::SecretBytes secret_key;
};

base::Result<KeyPair> key_pair_of(const NoteSigner& signer) {
  if (signer.seed.size() != crypto_sign_SEEDBYTES) {
    return Error{ErrorCode::kInvalidArgument, "a signing key must be made from 32 bytes"};
  }
  KeyPair pair{base::Bytes(crypto_sign_PUBLICKEYBYTES),
               base::SecretBytes(crypto_sign_SECRETKEYBYTES)};
  const auto seed = signer.seed.read();
  const auto secret_key = pair.secret_key.write();
  crypto_sign_seed_keypair(pair.public_key.data(), secret_key.bytes().data(), seed.bytes().data());
  return pair;
}

}  // namespace

std::string Vkey::text() const {
  base::Bytes typed = {static_cast<std::uint8_t>(algorithm)};
  typed.insert(typed.end(), public_key.begin(), public_key.end());
  return name + "+" + base::to_hex(key_hash) + "+" + base::to_base64(typed);
}

base::Result<Vkey> make_vkey(VkeyParts parts) {
  if (!is_key_name(parts.name)) {
    return Error{ErrorCode::kInvalidArgument,
                 "a signer's key name must be ASCII letters, digits and signs without blanks or "
                 "'+'; choose another name"};
  }
  if (!is_public_key(parts)) {
    return Error{ErrorCode::kInvalidArgument,
                 "a signer's public key must be Ed25519 (32 bytes) or P-256 "
                 "(SubjectPublicKeyInfo, uncompressed)"};
  }
  const auto hash = hash_of(parts);
  return Vkey{std::move(parts.name), parts.algorithm, std::move(parts.public_key), hash};
}

base::Result<Vkey> parse_vkey(std::string_view text) {
  const std::size_t first = text.find('+');
  const std::size_t second = first == text.npos ? text.npos : text.find('+', first + 1);
  if (second == text.npos) {
    return bad_note("this is not a verifier key: it must read NAME+HASH+KEY");
  }
  const auto typed = base::from_base64(text.substr(second + 1));
  const auto algorithm =
      typed && !typed->empty() ? algorithm_of(typed->front()) : std::optional<NoteAlgorithm>();
  if (!algorithm) {
    return bad_note(
        "this verifier key is neither Ed25519 (type 1) nor P-256 (type 2), or not base64");
  }
  auto key = make_vkey({std::string(text.substr(0, first)),
                        *algorithm,
                        base::Bytes(typed->begin() + 1, typed->end())});
  if (!key) {
    return bad_note(key.error().message);
  }
  if (text.substr(first + 1, second - first - 1) != base::to_hex(key->key_hash)) {
    return bad_note(
        "the hash in this verifier key does not belong to its name and key; compare "
        "it with the paper roster");
  }
  return key;
}

base::Result<Vkey> vkey_of(const NoteSigner& signer) {
  auto pair = key_pair_of(signer);
  if (!pair) {
    return pair.error();
  }
  return make_vkey({signer.name, NoteAlgorithm::kEd25519, std::move(pair->public_key)});
}

base::Result<std::string> sign_note_line(const NoteSigner& signer, std::string_view text) {
  const auto key = vkey_of(signer);
  if (!key) {
    return key.error();
  }
  if (!is_note_text(text)) {
    return Error{ErrorCode::kInvalidArgument,
                 "the text to be signed must be UTF-8 lines, each with its line end"};
  }
  const auto pair = key_pair_of(signer);
  if (!pair) {
    return pair.error();
  }
  NoteSignature signature{signer.name, key->key_hash, base::Bytes(crypto_sign_BYTES)};
  const auto secret_key = pair->secret_key.read();
  const base::ByteView message = base::bytes_of(text);
  crypto_sign_detached(signature.signature.data(),
                       nullptr,
                       message.data(),
                       message.size(),
                       secret_key.bytes().data());
  return signature.line();
}

std::string NoteSignature::line() const {
  base::Bytes bytes(key_hash.begin(), key_hash.end());
  bytes.insert(bytes.end(), signature.begin(), signature.end());
  return std::string(kDash) + name + " " + base::to_base64(bytes) + "\n";
}

std::string SignedNote::whole() const {
  std::string note = text + "\n";
  for (const NoteSignature& signature : signatures) {
    note += signature.line();
  }
  return note;
}

base::Result<NoteSignature> parse_signature_line(std::string_view line) {
  if (line.substr(0, kDash.size()) != kDash || line.back() != '\n') {
    return bad_note("a signature line must begin with a dash and a blank and end its line");
  }
  const std::string_view rest = line.substr(kDash.size(), line.size() - kDash.size() - 1);
  const std::size_t blank = rest.find(' ');
  if (blank == rest.npos || !is_key_name(rest.substr(0, blank))) {
    return bad_note("a signature line must hold a key name, a blank and the signature");
  }
  const auto bytes = base::from_base64(rest.substr(blank + 1));
  if (!bytes || bytes->size() <= kHashBytes) {
    return bad_note("the signature in a signature line must be base64");
  }
  NoteSignature signature{std::string(rest.substr(0, blank)), {}, {}};
  std::copy_n(bytes->begin(), kHashBytes, signature.key_hash.begin());
  signature.signature.assign(bytes->begin() + kHashBytes, bytes->end());
  return signature;
}

base::Result<SignedNote> parse_signed_note(std::string_view note) {
  const std::size_t gap = note.size() > kMaxNoteBytes ? note.npos : note.rfind("\n\n");
  if (gap == note.npos || gap + 2 == note.size() || !is_note_text(note)) {
    return bad_note(
        "this is not a signed note: lines of text, an empty line, then signature lines");
  }
  SignedNote parsed{std::string(note.substr(0, gap + 1)), {}};
  std::string_view rest = note.substr(gap + 2);
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n') + 1;  // is_note_text: there is one
    auto signature = parse_signature_line(rest.substr(0, end));
    if (!signature) {
      return signature.error();
    }
    parsed.signatures.push_back(std::move(signature).value());
    rest.remove_prefix(end);
  }
  if (parsed.signatures.size() > kMaxSignatures) {
    return bad_note("a signed note may have at most 100 signature lines");
  }
  return parsed;
}

base::Result<void> verify_signature(const Vkey& key, const SignedText& signed_text) {
  const NoteSignature& signature = *signed_text.signature;
  if (signature.name != key.name || signature.key_hash != key.key_hash) {
    return Error{ErrorCode::kInconsistent, "the signature is of another key"};
  }
  const bool good = key.algorithm == NoteAlgorithm::kEd25519 ? verifies_ed25519(key, signed_text)
                                                             : verifies_p256(key, signed_text);
  if (!good) {
    return Error{ErrorCode::kInconsistent,
                 "the signature does not verify: the text or the signature was changed"};
  }
  return {};
}

}  // namespace ceremony
