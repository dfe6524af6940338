// ceremony/software.h - the name and version of this software, as records and --version say it.

#pragma once

#include <string_view>

namespace ceremony {

// The version is that of CMakeLists.txt; scripts/dev/check-style compares them.
inline constexpr std::string_view kSoftware = "conclave 0.1.0";

}  // namespace ceremony
