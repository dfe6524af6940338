// tests/crash/quick_passphrases.h - Argon2id with 8 KiB in the place of 64 MiB, in this test
// program alone: the function stands in front of libsodium's.
//
// Thousands of resumed ceremonies would else compute passphrases for hours; what is cut off here
// are files, and their sizes are the same.

#pragma once

namespace crash {

// For shares that another program opens, too. From the start on it is quick.
void compute_passphrases_in_full();

bool passphrases_are_quick();

}  // namespace crash
