// ceremony/holder_files.h - a holder's stick: the locked share, and the card as text and as SVG.

#pragma once

#include <filesystem>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "ceremony/action.h"

namespace ceremony {

inline constexpr const char* kShareFile = "share.conclave";
inline constexpr const char* kCardText = "card.txt";
inline constexpr const char* kCardSvg = "card.svg";

// Writes the three files into `folder`, which must be there: one that is missing is a stick that
// was pulled, and its share must not lie on this computer. Each is read back. Errors: as
// save_own(): nothing but what this ceremony has written before ever gives way.
base::Result<void> write_holder_files(const Workplace& work,
                                      const std::filesystem::path& folder,
                                      base::ByteView envelope);

// Writes the card alone, as text and as SVG, to be printed. Errors: as write_holder_files().
base::Result<void> write_card_files(const Workplace& work,
                                    const std::filesystem::path& folder,
                                    base::ByteView envelope);

// Whether the card files in `folder` are, byte for byte, what this share makes. Errors:
// kInconsistent, naming the file that differs; kNotFound.
base::Result<void> compare_card_files(const std::filesystem::path& folder, base::ByteView envelope);

// The locked share. Errors: kNotFound, kStorageFailure.
base::Result<base::Bytes> read_share_file(const std::filesystem::path& folder);

// Opens every copy anew: the lines of the printed card give the file's bytes, and both cards are,
// byte for byte, what the file's share makes. Gives the locked share.
// Errors: kInconsistent, naming the copy that differs; kMalformed, kNotFound.
base::Result<base::Bytes> read_back_copies(const std::filesystem::path& folder);

}  // namespace ceremony
