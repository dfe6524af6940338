#include "shamir/envelope.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include <sodium.h>

#include "base/digest.h"

namespace shamir {

namespace {

using base::Bytes;
using base::ByteView;
using base::Error;
using base::ErrorCode;
using base::Result;
using base::SecretBytes;

constexpr std::string_view kMagic = "CNCLVSH";
constexpr std::uint8_t kVersion = 1;

constexpr std::size_t kModeAt = 7;
constexpr std::size_t kVersionAt = 8;
constexpr std::size_t kPassesAt = 9;
constexpr std::size_t kMemoryAt = 10;
constexpr std::size_t kSaltAt = 12;
constexpr std::size_t kNonceAt = 28;
constexpr std::size_t kBodyAt = 52;  // and the additional data ends here
constexpr std::size_t kCheckAt = 196;
constexpr std::size_t kCheckSize = 4;
constexpr std::size_t kKeySize = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;

static_assert(kNonceAt - kSaltAt == crypto_pwhash_argon2id_SALTBYTES);
static_assert(kBodyAt - kNonceAt == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
static_assert(kCheckAt - kBodyAt == kShareBodySize + crypto_aead_xchacha20poly1305_ietf_ABYTES);
static_assert(kCheckAt + kCheckSize == kEnvelopeSize);

std::array<std::uint8_t, kCheckSize> check_of(ByteView envelope) {
  const base::Digest digest = base::sha256(envelope.first(kCheckAt));
  std::array<std::uint8_t, kCheckSize> check{};
  std::copy_n(digest.begin(), check.size(), check.begin());
  return check;
}

bool within_limits(KdfParameters kdf) {
  return kdf.passes >= 1 && kdf.passes <= kMostPasses && kdf.memory_mib >= kLeastMemoryMib &&
         kdf.memory_mib <= kMostMemoryMib;
}

Result<void> check_kdf_for_writing(KdfParameters kdf, Mode mode) {
  if (!within_limits(kdf)) {
    return Error{ErrorCode::kInvalidArgument,
                 "the cost chosen for passphrases is outside what we would read again; choose one "
                 "of the two that there are, production or fast"};
  }
  if (mode == Mode::kProduction &&
      (kdf.passes < kProductionKdf.passes || kdf.memory_mib < kProductionKdf.memory_mib)) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "the fast protection of passphrases is for rehearsals and drills, and this is "
                 "PRODUCTION; choose the production one"};
  }
  return {};
}

Result<void> check_kdf_for_reading(KdfParameters kdf, Mode mode) {
  if (!within_limits(kdf)) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "the card asks for a cost of the passphrase that is outside the limits, so it was "
                 "not made here; nothing was changed; find out where it comes from"};
  }
  if (mode == Mode::kProduction && kdf.memory_mib < kLeastProductionMemoryMib) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "the passphrase of this card is protected too weakly for PRODUCTION, so it was "
                 "not made here; nothing was changed; find out where it comes from"};
  }
  return {};
}

struct DerivedKeyInput {
  const Passphrase& passphrase;
  KdfParameters kdf;
  ByteView salt;
};

Result<SecretBytes> derive_key(const DerivedKeyInput& input) {
  SecretBytes key(kKeySize);
  const SecretBytes::Writer writer = key.write();
  const SecretBytes::Reader text = input.passphrase.text().read();
  // libsodium takes text as char; the bytes are the same.
  const auto* const password =
      static_cast<const char*>(static_cast<const void*>(text.bytes().data()));
  const std::size_t memory_bytes = std::size_t{input.kdf.memory_mib} << 20U;
  if (crypto_pwhash_argon2id(writer.bytes().data(),
                             writer.bytes().size(),
                             password,
                             text.bytes().size(),
                             input.salt.data(),
                             input.kdf.passes,
                             memory_bytes,
                             crypto_pwhash_argon2id_ALG_ARGON2ID13) != 0) {
    return Error{ErrorCode::kDeviceFailure,
                 "this computer has not enough free memory for the protection of the passphrase (" +
                     std::to_string(input.kdf.memory_mib) +
                     " MiB); nothing was changed; close other programs or use a larger computer"};
  }
  return key;
}

Result<void> check_form(ByteView envelope) {
  if (!looks_like_envelope(envelope)) {
    return Error{ErrorCode::kMalformed,
                 "this is not a share; look for the file or card that was handed to the holder"};
  }
  if (envelope.size() != kEnvelopeSize) {
    return Error{ErrorCode::kMalformed,
                 envelope.size() < kEnvelopeSize
                     ? "this share is cut off, so it is damaged; nothing was changed; use another "
                       "copy of it"
                     : "there is something behind the end of this share, so it is damaged; nothing "
                       "was changed; use another copy of it"};
  }
  const auto check = check_of(envelope);
  if (!std::equal(check.begin(), check.end(), envelope.begin() + kCheckAt)) {
    return Error{ErrorCode::kMalformed,
                 "this share is damaged, or mixed from two; nothing was changed; read it again or "
                 "use another copy of it"};
  }
  if (envelope[kVersionAt] != kVersion) {
    return Error{ErrorCode::kMalformed,
                 "this share is of a version that this program does not know; use the program that "
                 "came with it, or a newer one"};
  }
  return {};
}

Error wrong_mode(Mode card, Mode wanted) {
  const std::string name(name_of(card));
  const std::string other(name_of(wanted));
  return Error{ErrorCode::kRefusedByPolicy,
               name + " card: it is not usable here, where only " + other +
                   " cards count; nothing was changed; put it back and present a " + other +
                   " card"};
}

}  // namespace

bool looks_like_envelope(ByteView bytes) {
  return bytes.size() > kModeAt && base::text_of(bytes.first(kModeAt)) == kMagic &&
         mode_of_letter(static_cast<char>(bytes[kModeAt])).has_value();
}

Result<EnvelopeHeader> inspect_envelope(ByteView envelope) {
  if (Result<void> form = check_form(envelope); !form) {
    return std::move(form).error();
  }
  EnvelopeHeader header;
  header.mode = mode_of_letter(static_cast<char>(envelope[kModeAt])).value_or(Mode::kDrill);
  header.kdf.passes = envelope[kPassesAt];
  header.kdf.memory_mib =
      static_cast<std::uint16_t>((envelope[kMemoryAt] << 8U) | envelope[kMemoryAt + 1]);
  if (Result<void> cost = check_kdf_for_reading(header.kdf, header.mode); !cost) {
    return std::move(cost).error();
  }
  return header;
}

Result<Bytes> lock_share(const HeldShare& held, const Passphrase& passphrase, KdfParameters kdf) {
  if (Result<void> cost = check_kdf_for_writing(kdf, held.set.mode); !cost) {
    return std::move(cost).error();
  }
  const Result<SecretBytes> body = write_share_body(held);
  if (!body) {
    return body.error();
  }
  Bytes envelope(kEnvelopeSize);
  std::copy(kMagic.begin(), kMagic.end(), envelope.begin());
  envelope[kModeAt] = static_cast<std::uint8_t>(letter_of(held.set.mode));
  envelope[kVersionAt] = kVersion;
  envelope[kPassesAt] = kdf.passes;
  envelope[kMemoryAt] = static_cast<std::uint8_t>(kdf.memory_mib >> 8U);
  envelope[kMemoryAt + 1] = static_cast<std::uint8_t>(kdf.memory_mib & 0xFFU);
  randombytes_buf(&envelope[kSaltAt], kBodyAt - kSaltAt);
  const ByteView all(envelope);
  const Result<SecretBytes> key = derive_key(
      {.passphrase = passphrase, .kdf = kdf, .salt = all.subspan(kSaltAt, kNonceAt - kSaltAt)});
  if (!key) {
    return key.error();
  }
  const SecretBytes::Reader key_reader = key->read();
  const SecretBytes::Reader body_reader = body->read();
  crypto_aead_xchacha20poly1305_ietf_encrypt(&envelope[kBodyAt],
                                             nullptr,
                                             body_reader.bytes().data(),
                                             body_reader.bytes().size(),
                                             envelope.data(),
                                             kBodyAt,
                                             nullptr,
                                             &envelope[kNonceAt],
                                             key_reader.bytes().data());
  const auto check = check_of(envelope);
  std::copy(check.begin(), check.end(), envelope.begin() + kCheckAt);
  return envelope;
}

Result<HeldShare> open_share(ByteView envelope, const Passphrase& passphrase, Mode mode) {
  const Result<EnvelopeHeader> header = inspect_envelope(envelope);
  if (!header) {
    return header.error();
  }
  if (header->mode != mode) {
    return wrong_mode(header->mode, mode);
  }
  const Result<SecretBytes> key =
      derive_key({.passphrase = passphrase,
                  .kdf = header->kdf,
                  .salt = envelope.subspan(kSaltAt, kNonceAt - kSaltAt)});
  if (!key) {
    return key.error();
  }
  SecretBytes body(kShareBodySize);
  {
    const SecretBytes::Reader key_reader = key->read();
    const SecretBytes::Writer body_writer = body.write();
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(body_writer.bytes().data(),
                                                   nullptr,
                                                   nullptr,
                                                   &envelope[kBodyAt],
                                                   kCheckAt - kBodyAt,
                                                   envelope.data(),
                                                   kBodyAt,
                                                   &envelope[kNonceAt],
                                                   key_reader.bytes().data()) != 0) {
      return Error{ErrorCode::kInvalidArgument,
                   "the passphrase does not open this card; nothing was changed; try again (mind "
                   "keyboard layout and caps lock)"};
    }
  }
  return read_share_body(body, mode);
}

}  // namespace shamir
