// tests/crash/verdict.h - what a program that shares no code with the engine says to its records.

#pragma once

#include <filesystem>
#include <string>

namespace crash {

// What verify.py says to a chain of records (a folder below `media`, as "record/public") of a key's
// life that came to its end, and to the signing key's where there is one; "" where all are good.
std::string verdict_of_python(const std::filesystem::path& media, const char* chain);

}  // namespace crash
