// ceremony/pins.h - the PINs by which the two people of a step show that they are who they say.
//
// Each officer sets the own PIN at attendance, alone at the keyboard. It guards against one person
// doing both halves of a step in this room, and against nothing else; it opens no key. The journal
// keeps an Argon2id hash (libsodium's crypto_pwhash_str), so that it holds after a power cut.

#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret_bytes.h"
#include "ceremony/client/messages.h"
#include "ceremony/json_lines.h"

namespace ceremony {

// The names of the two asks of every step after the attendance.
inline constexpr std::string_view kActorPin = "actor-pin";
inline constexpr std::string_view kWitnessPin = "witness-pin";

// Of the ask with which a PIN is set.
inline constexpr std::string_view kNewPin = "new-pin";

// 4 to 12 digits.
inline constexpr std::size_t kShortestPin = 4;
inline constexpr std::size_t kLongestPin = 12;

enum class PinCost {
  kInteractive,  // 64 MiB: PRODUCTION
  kMinimal,      // 8 KiB: rehearsals and drills
};

// The hash of a new PIN, as the journal keeps it. Errors: kRefusedByPolicy for what is no PIN, or
// one digit all along; kDeviceFailure without memory.
base::Result<std::string> hash_pin(const base::SecretBytes& pin, PinCost cost);

// Whose PIN, and the ask that it is handed in with.
struct PinOf {
  std::string role;
  std::string_view ask;
};

// Whether the input holds the PIN that `pins` (object: role -> hash) has for the role. Constant
// time in the PIN. Errors: kInsufficient where none was typed; kRefusedByPolicy for a wrong one, or
// a role that set none.
base::Result<void> check_pin(const Json& pins, const PinOf& one, const client::Input& input);

}  // namespace ceremony
