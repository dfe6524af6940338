#include "crash/quick_passphrases.h"

#include <dlfcn.h>

#include <sodium.h>

namespace crash {

namespace {

bool is_quick = true;

}  // namespace

void compute_passphrases_in_full() {
  is_quick = false;
}

bool passphrases_are_quick() {
  return is_quick;
}

}  // namespace crash

// NOLINTBEGIN: libsodium's own name and form
extern "C" int crypto_pwhash_argon2id(unsigned char* const out,
                                      unsigned long long size,
                                      const char* const passphrase,
                                      unsigned long long passphrase_size,
                                      const unsigned char* const salt,
                                      unsigned long long passes,
                                      size_t memory,
                                      int algorithm) {
  using Function = decltype(&crypto_pwhash_argon2id);
  static const auto real = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "crypto_pwhash_argon2id"));
  return real(out,
              size,
              passphrase,
              passphrase_size,
              salt,
              crash::passphrases_are_quick() ? crypto_pwhash_argon2id_OPSLIMIT_MIN : passes,
              crash::passphrases_are_quick() ? crypto_pwhash_argon2id_MEMLIMIT_MIN : memory,
              algorithm);
}
// NOLINTEND
