#include "ca/algorithm.h"

#include <array>
#include <string>

#include <openssl/evp.h>

#include "ca/openssl_error.h"

namespace ca {

namespace {

constexpr std::array kAll{Algorithm::kRsa3072,
                          Algorithm::kRsa4096,
                          Algorithm::kP256,
                          Algorithm::kP384,
                          Algorithm::kP521,
                          Algorithm::kEd25519,
                          Algorithm::kMlDsa65,
                          Algorithm::kMlDsa87,
                          Algorithm::kSlhDsa128s,
                          Algorithm::kSlhDsa192s,
                          Algorithm::kSlhDsa256s};

// Whether libcrypto of this machine can make keys of that provider name.
bool available(const char* provider_name) {
  EVP_PKEY_CTX* const context = EVP_PKEY_CTX_new_from_name(nullptr, provider_name, nullptr);
  EVP_PKEY_CTX_free(context);
  forget_openssl_errors();
  return context != nullptr;
}

bool available(Algorithm algorithm) {
  const char* const name = post_quantum_name_of(algorithm);
  return name == nullptr || available(name);
}

std::string all_names() {
  std::string names;
  for (const Algorithm algorithm : kAll) {
    names += (names.empty() ? "" : ", ") + std::string(name_of(algorithm));
  }
  return names;
}

}  // namespace

std::string_view name_of(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::kRsa3072:
      return "rsa-3072";
    case Algorithm::kRsa4096:
      return "rsa-4096";
    case Algorithm::kP256:
      return "p-256";
    case Algorithm::kP384:
      return "p-384";
    case Algorithm::kP521:
      return "p-521";
    case Algorithm::kEd25519:
      return "ed25519";
    case Algorithm::kMlDsa65:
      return "ml-dsa-65";
    case Algorithm::kMlDsa87:
      return "ml-dsa-87";
    case Algorithm::kSlhDsa128s:
      return "slh-dsa-sha2-128s";
    case Algorithm::kSlhDsa192s:
      return "slh-dsa-sha2-192s";
    case Algorithm::kSlhDsa256s:
      return "slh-dsa-sha2-256s";
  }
  return "?";
}

const char* post_quantum_name_of(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::kMlDsa65:
      return "ML-DSA-65";
    case Algorithm::kMlDsa87:
      return "ML-DSA-87";
    case Algorithm::kSlhDsa128s:
      return "SLH-DSA-SHA2-128s";
    case Algorithm::kSlhDsa192s:
      return "SLH-DSA-SHA2-192s";
    case Algorithm::kSlhDsa256s:
      return "SLH-DSA-SHA2-256s";
    case Algorithm::kRsa3072:
    case Algorithm::kRsa4096:
    case Algorithm::kP256:
    case Algorithm::kP384:
    case Algorithm::kP521:
    case Algorithm::kEd25519:
      return nullptr;
  }
  return nullptr;
}

std::span<const Algorithm> all_algorithms() {
  return kAll;
}

base::Result<Algorithm> algorithm_named(std::string_view name) {
  for (const Algorithm algorithm : kAll) {
    if (name_of(algorithm) != name) {
      continue;
    }
    if (!available(algorithm)) {
      return base::Error{base::ErrorCode::kRefusedByPolicy,
                         "the algorithm " + std::string(name) +
                             " needs OpenSSL 3.5 or newer, and this machine has an older one; "
                             "choose another algorithm or a newer system"};
    }
    return algorithm;
  }
  return base::Error{
      base::ErrorCode::kInvalidArgument,
      "there is no algorithm called \"" + std::string(name) + "\"; choose one of " + all_names()};
}

}  // namespace ca
