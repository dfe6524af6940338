// tests/support/public_folders.h - whether two public folders could be told apart by their shape.
//
// The records of the same ceremonies with another (k, n) must have the same files, of the same
// size, with lines of the same length; only digests and random values may differ. DESIGN.md 6.

#pragma once

#include <filesystem>
#include <string>

namespace support {

// "" where names, sizes and line lengths agree in all of both trees; else the first difference.
std::string first_difference_in_shape(const std::filesystem::path& one,
                                      const std::filesystem::path& other);

}  // namespace support
