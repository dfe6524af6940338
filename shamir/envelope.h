// shamir/envelope.h - a share locked with its holder's passphrase: 200 bytes, whatever k and n are.
//
//   offset size
//        0    7  "CNCLVSH"
//        7    1  mode: P production, R rehearsal, D drill
//        8    1  version: 1
//        9    1  Argon2id passes (opslimit)
//       10    2  Argon2id memory in MiB, big-endian
//       12   16  Argon2id salt
//       28   24  XChaCha20 nonce
//       52  128  body (held_share.h), encrypted
//      180   16  Poly1305 tag
//      196    4  first bytes of SHA-256 over all that stands before: tells damage from a wrong
//                passphrase, and proves nothing more
//
// Bytes 0 to 51 are the additional data of the encryption. Nothing in clear says which set, holder
// or index it is, so two envelopes cannot be linked, and nothing anywhere says k.
// Sources: Argon2id version 1.3, RFC 9106 (one lane, as libsodium has it);
// draft-irtf-cfrg-xchacha-03 (XChaCha20-Poly1305).

#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "shamir/held_share.h"
#include "shamir/mode.h"
#include "shamir/passphrase.h"

namespace shamir {

inline constexpr std::size_t kEnvelopeSize = 200;

// The cost of one guess at a passphrase.
struct KdfParameters {
  std::uint8_t passes = 0;
  std::uint16_t memory_mib = 0;

  friend constexpr bool operator==(const KdfParameters&, const KdfParameters&) = default;
};

inline constexpr KdfParameters kProductionKdf{.passes = 4, .memory_mib = 1024};
inline constexpr KdfParameters kFastKdf{.passes = 2, .memory_mib = 64};  // never in PRODUCTION

// What is taken when reading, so that a file cannot make this machine compute for a year.
inline constexpr std::uint8_t kMostPasses = 32;
inline constexpr std::uint16_t kMostMemoryMib = 4096;
inline constexpr std::uint16_t kLeastMemoryMib = 64;
inline constexpr std::uint16_t kLeastProductionMemoryMib = 256;

// What an envelope says to everybody.
struct EnvelopeHeader {
  Mode mode = Mode::kProduction;
  KdfParameters kdf;
};

// Whether the bytes begin as an envelope of any mode does.
bool looks_like_envelope(base::ByteView bytes);

// The clear header of an envelope that is whole.
// Errors: kMalformed: not a share, of a version that we do not know, cut or longer, damaged;
// kRefusedByPolicy: cost of the passphrase outside the limits above.
base::Result<EnvelopeHeader> inspect_envelope(base::ByteView envelope);

// Locks a share: fresh salt and nonce each time, so two envelopes of one share differ.
// The mode is held.set.mode. Errors: kRefusedByPolicy where PRODUCTION is given less than
// kProductionKdf; kInvalidArgument for costs outside the limits, or as write_share_body();
// kDeviceFailure where this machine does not have the memory.
base::Result<base::Bytes> lock_share(const HeldShare& held,
                                     const Passphrase& passphrase,
                                     KdfParameters kdf);

// Opens an envelope. Changes nothing, however often it is tried, and the time for a wrong
// passphrase is that for the right one.
// Errors: as inspect_envelope(); kRefusedByPolicy where its mode is not `mode`; kInvalidArgument
// where the passphrase does not open it; kMalformed where it opens and the body makes no sense;
// kDeviceFailure where this machine does not have the memory.
base::Result<HeldShare> open_share(base::ByteView envelope,
                                   const Passphrase& passphrase,
                                   Mode mode);

}  // namespace shamir
