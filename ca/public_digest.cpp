#include "ca/public_digest.h"

#include <openssl/evp.h>

#include "ca/openssl_ptr.h"

namespace ca {

namespace {

// Looked up once: OpenSSL 3 takes longer to find the algorithm than to hash a line.
const EVP_MD* sha256_of_openssl() {
  static const EvpMdPtr digest(EVP_MD_fetch(nullptr, "SHA256", nullptr));
  return digest.get();
}

bool hash_parts(EVP_MD_CTX* context,
                std::initializer_list<base::ByteView> parts,
                base::Digest& digest) {
  bool good = context != nullptr && EVP_DigestInit_ex2(context, sha256_of_openssl(), nullptr) == 1;
  for (const base::ByteView part : parts) {
    good = good && EVP_DigestUpdate(context, part.data(), part.size()) == 1;
  }
  return good && EVP_DigestFinal_ex(context, digest.data(), nullptr) == 1;
}

}  // namespace

base::Digest public_sha256(std::initializer_list<base::ByteView> parts) {
  thread_local const EvpMdCtxPtr context(EVP_MD_CTX_new());
  base::Digest digest{};
  if (hash_parts(context.get(), parts, digest)) {
    return digest;
  }
  base::Sha256 slower;  // OpenSSL has no memory left
  for (const base::ByteView part : parts) {
    slower.update(part);
  }
  return slower.finish();
}

}  // namespace ca
