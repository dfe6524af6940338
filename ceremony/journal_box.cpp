#include "ceremony/journal_box.h"

#include <span>

#include <sodium.h>

#include "base/random.h"
#include "base/text_encoding.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::SecretBytes;

constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t kCheckBytes = 16;
constexpr std::size_t kGroup = 4;
constexpr std::string_view kCheckText = "conclave journal key check";

static_assert(kJournalKeyBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

Error bad_box() {
  return Error{ErrorCode::kInconsistent,
               "an encrypted line was changed, moved, or made with another key"};
}

bool is_filler(std::uint8_t character) {
  return character == ' ' || character == '\n' || character == '\r' || character == '\t' ||
         character == '-';
}

std::uint8_t lower(std::uint8_t character) {
  const bool upper = character >= 'A' && character <= 'F';
  return upper ? static_cast<std::uint8_t>(character - 'A' + 'a') : character;
}

// Copies what is no filler into `digits`, in lower case. Gives how many there were, and may be more
// than there was room for.
std::size_t copy_digits(base::ByteView text, std::span<std::uint8_t> digits) {
  std::size_t count = 0;
  for (const std::uint8_t character : text) {
    if (is_filler(character)) {
      continue;
    }
    if (count < digits.size()) {
      digits[count] = lower(character);
    }
    ++count;
  }
  return count;
}

}  // namespace

std::string encrypt_line(const SecretBytes& key, const BoxedText& clear) {
  base::Bytes box = base::random_bytes(kNonceBytes);
  const base::Bytes nonce = box;
  box.resize(kNonceBytes + clear.text.size() + kTagBytes);
  const base::ByteView text = base::bytes_of(clear.text);
  const base::ByteView start = base::bytes_of(clear.line_start);
  const auto reader = key.read();
  crypto_aead_xchacha20poly1305_ietf_encrypt(box.data() + kNonceBytes,
                                             nullptr,
                                             text.data(),
                                             text.size(),
                                             start.data(),
                                             start.size(),
                                             nullptr,
                                             nonce.data(),
                                             reader.bytes().data());
  return base::to_base64url(box);
}

base::Result<std::string> decrypt_line(const SecretBytes& key, const BoxedText& box) {
  const auto bytes = base::from_base64url(box.text);
  if (!bytes || bytes->size() < kNonceBytes + kTagBytes) {
    return Error{ErrorCode::kMalformed, "an encrypted line is too short or not base64url"};
  }
  std::string text(bytes->size() - kNonceBytes - kTagBytes, '\0');
  const base::ByteView start = base::bytes_of(box.line_start);
  const auto reader = key.read();
  const int refused =
      crypto_aead_xchacha20poly1305_ietf_decrypt(reinterpret_cast<std::uint8_t*>(text.data()),
                                                 nullptr,
                                                 nullptr,
                                                 bytes->data() + kNonceBytes,
                                                 bytes->size() - kNonceBytes,
                                                 start.data(),
                                                 start.size(),
                                                 bytes->data(),
                                                 reader.bytes().data());
  if (refused != 0) {
    return bad_box();
  }
  return text;
}

base::Result<std::string> seal_journal_key(const SecretBytes& key, const X25519PublicKey& keeper) {
  base::Bytes sealed(crypto_box_SEALBYTES + kJournalKeyBytes);
  const auto reader = key.read();
  if (crypto_box_seal(sealed.data(), reader.bytes().data(), kJournalKeyBytes, keeper.data()) != 0) {
    return Error{ErrorCode::kInvalidArgument,
                 "the public key of a record keeper is none; ask for it again"};
  }
  return base::to_base64url(sealed);
}

base::Result<X25519PublicKey> keeper_public_key(const SecretBytes& secret) {
  if (secret.size() != crypto_box_SECRETKEYBYTES) {
    return Error{ErrorCode::kInvalidArgument, "the key of a record keeper must have 32 bytes"};
  }
  X25519PublicKey public_key{};
  const auto reader = secret.read();
  crypto_scalarmult_base(public_key.data(), reader.bytes().data());
  return public_key;
}

base::Result<SecretBytes> open_journal_key(const SecretBytes& keeper_secret,
                                           std::string_view sealed) {
  const auto public_key = keeper_public_key(keeper_secret);
  if (!public_key) {
    return public_key.error();
  }
  const auto bytes = base::from_base64url(sealed);
  if (!bytes || bytes->size() != crypto_box_SEALBYTES + kJournalKeyBytes) {
    return Error{ErrorCode::kMalformed, "the sealed journal key is damaged"};
  }
  SecretBytes key(kJournalKeyBytes);
  const auto secret = keeper_secret.read();
  int refused = 0;
  {
    const auto writer = key.write();
    refused = crypto_box_seal_open(writer.bytes().data(),
                                   bytes->data(),
                                   bytes->size(),
                                   public_key->data(),
                                   secret.bytes().data());
  }
  if (refused != 0) {
    return Error{ErrorCode::kRefusedByPolicy, "this journal is not sealed to this record keeper"};
  }
  return key;
}

std::string journal_key_check(const SecretBytes& key) {
  base::Bytes check(kCheckBytes);
  const base::ByteView text = base::bytes_of(kCheckText);
  const auto reader = key.read();
  crypto_generichash(check.data(),
                     check.size(),
                     text.data(),
                     text.size(),
                     reader.bytes().data(),
                     reader.bytes().size());
  return base::to_hex(check);
}

SecretBytes ticket_text(const SecretBytes& key) {
  const SecretBytes digits = base::secret_to_hex(key);
  const std::size_t groups = digits.size() / kGroup;
  SecretBytes text(digits.size() + groups - 1);
  const auto reader = digits.read();
  const auto writer = text.write();
  std::size_t at = 0;
  for (std::size_t digit = 0; digit < digits.size(); ++digit) {
    if (digit != 0 && digit % kGroup == 0) {
      writer.bytes()[at++] = ' ';
    }
    writer.bytes()[at++] = reader.bytes()[digit];
  }
  return text;
}

base::Result<SecretBytes> key_of_ticket(const SecretBytes& text) {
  const Error unreadable{ErrorCode::kMalformed,
                         "the key of the resume ticket must be 64 digits from 0 to 9 and a to f; "
                         "read it from the ticket once more"};
  SecretBytes digits(kJournalKeyBytes * 2);
  std::size_t count = 0;
  {
    const auto reader = text.read();
    const auto writer = digits.write();
    count = copy_digits(reader.bytes(), writer.bytes());
  }
  if (count != digits.size()) {
    return unreadable;
  }
  auto key = base::secret_from_hex(digits);
  if (!key) {
    return unreadable;
  }
  return key;
}

}  // namespace ceremony
