// shamir/share_card.h - a locked share on paper: one QR code, the same in lines, and what to do.
//
// The card says nothing about the set, the root, the holder, k or n. It is a function of the
// envelope alone: the same envelope gives the same bytes, so that a card can be compared when it is
// read back. Source: QR code, ISO/IEC 18004, by libqrencode; error correction level M.

#pragma once

#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace shamir {

// The card in UTF-8 (ASCII only), at most 72 characters a line. read_share_lines() takes it whole.
// Errors: as inspect_envelope().
base::Result<std::string> card_text(base::ByteView envelope);

// The card as SVG, A5 upright. The QR code holds the characters of all lines in one, without
// blanks, in alphanumeric mode. Errors: as inspect_envelope(); kDeviceFailure without memory.
base::Result<std::string> card_svg(base::ByteView envelope);

}  // namespace shamir
