// ceremony/share_carrier.h - a locked share read from what its holder hands in, whatever carries
// it.

#pragma once

#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "ceremony/plan.h"

namespace ceremony {

// How the answer begins where a printed card was typed or scanned instead of a stick's folder.
inline constexpr const char* kTypedCard = "card:";

// The locked share that an answer names: "card:" with the lines of a printed card (or all their
// characters in one, as the QR code has them), else the folder of a stick; in DRILL the drill's own
// folder on it. An envelope is no secret by itself.
// Errors: kMalformed, naming the line at fault; as read_share_file().
base::Result<base::Bytes> read_carried_share(const Plan& plan, const std::string& answer);

}  // namespace ceremony
