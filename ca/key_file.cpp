#include "ca/key_file.h"

#include <string>

#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include "base/random.h"
#include "ca/openssl_error.h"
#include "ca/openssl_ptr.h"

namespace ca {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::SecretBytes;

// RFC 7914 section 2: N, r and p. More memory than 32 MiB OpenSSL refuses when it reads.
struct ScryptCost {
  std::uint64_t iterations = 0;
  std::uint64_t block = 8;
  std::uint64_t parallel = 1;
};

constexpr ScryptCost kStandardCost{.iterations = 1U << 14U, .block = 8, .parallel = 8};
constexpr ScryptCost kMinimalCost{.iterations = 1U << 10U, .block = 8, .parallel = 1};
constexpr std::size_t kScryptSalt = 16;  // bytes

int pkey_type(FileKey kind) {
  return kind == FileKey::kEd25519 ? EVP_PKEY_ED25519 : EVP_PKEY_X25519;
}

Error no_key_file(std::string why) {
  return openssl_error(ErrorCode::kMalformed,
                       "this is not the file of an encrypted key: " + std::move(why) +
                           "; take the file that was made with this program, or with openssl "
                           "pkcs8 -topk8");
}

Error could_not_write() {
  return openssl_error(ErrorCode::kDeviceFailure,
                       "the key could not be encrypted on this machine; nothing was written, do "
                       "it again on another machine");
}

Pkcs8Ptr pkcs8_of(const FileKeyParts& parts) {
  const SecretBytes::Reader raw = parts.raw.read();
  const EvpPkeyPtr key(EVP_PKEY_new_raw_private_key(
      pkey_type(parts.kind), nullptr, raw.bytes().data(), raw.bytes().size()));
  return Pkcs8Ptr(key == nullptr ? nullptr : EVP_PKEY2PKCS8(key.get()));
}

// PBES2 with scrypt and AES-256-CBC.
X509AlgorPtr scrypt_parameters(const ScryptCost& cost) {
  base::Bytes salt = base::random_bytes(kScryptSalt);
  return X509AlgorPtr(PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(),
                                            salt.data(),
                                            static_cast<int>(salt.size()),
                                            nullptr,
                                            cost.iterations,
                                            cost.block,
                                            cost.parallel));
}

X509SigPtr encrypted(const FileKeyParts& parts) {
  Pkcs8Ptr info = pkcs8_of(parts);
  X509AlgorPtr parameters =
      scrypt_parameters(parts.cost == KeyFileCost::kStandard ? kStandardCost : kMinimalCost);
  if (info == nullptr || parameters == nullptr) {
    return nullptr;
  }
  const SecretBytes::Reader passphrase = parts.passphrase.read();
  X509SigPtr sealed(PKCS8_set0_pbe(base::text_of(passphrase.bytes()).data(),
                                   static_cast<int>(passphrase.bytes().size()),
                                   info.get(),
                                   parameters.get()));
  if (sealed != nullptr) {
    static_cast<void>(parameters.release());  // the sealed key owns it now
  }
  return sealed;
}

Result<X509SigPtr> parsed(base::ByteView text) {
  if (text.size() > kLargestKeyFile) {
    return no_key_file("it is too long");
  }
  const BioPtr bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  X509SigPtr sealed(bio == nullptr ? nullptr
                                   : PEM_read_bio_PKCS8(bio.get(), nullptr, nullptr, nullptr));
  if (sealed == nullptr) {
    const bool is_open = base::text_of(text).find("BEGIN PRIVATE KEY") != std::string_view::npos;
    return no_key_file(is_open ? "the key in it is not encrypted" : "it does not hold one");
  }
  return sealed;
}

Result<SecretBytes> raw_half(const EVP_PKEY& key, FileKey kind) {
  if (EVP_PKEY_get_base_id(&key) != pkey_type(kind)) {
    return no_key_file(kind == FileKey::kEd25519 ? "it holds another kind of key than Ed25519"
                                                 : "it holds another kind of key than X25519");
  }
  SecretBytes raw(kFileKeySize);
  const SecretBytes::Writer writer = raw.write();
  std::size_t length = kFileKeySize;
  if (EVP_PKEY_get_raw_private_key(&key, writer.bytes().data(), &length) != 1) {
    return no_key_file("the key in it cannot be read");
  }
  return raw;
}

}  // namespace

Result<base::Bytes> write_key_file(const FileKeyParts& parts) {
  if (parts.raw.size() != kFileKeySize || parts.passphrase.size() == 0) {
    return Error{ErrorCode::kInvalidArgument,
                 "a key file holds a key of 32 bytes under a passphrase"};
  }
  forget_openssl_errors();
  const X509SigPtr sealed = encrypted(parts);
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (sealed == nullptr || bio == nullptr || PEM_write_bio_PKCS8(bio.get(), sealed.get()) != 1) {
    return could_not_write();
  }
  char* data = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &data);
  return length > 0 ? Result<base::Bytes>(base::Bytes(data, data + length))
                    : Result<base::Bytes>(could_not_write());
}

Result<SecretBytes> read_key_file(const SealedKeyFile& file) {
  forget_openssl_errors();
  const Result<X509SigPtr> sealed = parsed(file.text);
  if (!sealed) {
    return sealed.error();
  }
  const SecretBytes::Reader passphrase = file.passphrase.read();
  const Pkcs8Ptr info(PKCS8_decrypt(sealed->get(),
                                    base::text_of(passphrase.bytes()).data(),
                                    static_cast<int>(passphrase.bytes().size())));
  const EvpPkeyPtr key(info == nullptr ? nullptr : EVP_PKCS82PKEY(info.get()));
  if (key == nullptr) {
    forget_openssl_errors();
    return Error{ErrorCode::kRefusedByPolicy,
                 "the passphrase does not open this key file; nothing was signed or opened; type "
                 "the passphrase again, or take another copy of the file"};
  }
  return raw_half(*key, file.kind);
}

}  // namespace ca
