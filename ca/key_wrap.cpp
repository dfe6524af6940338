#include "ca/key_wrap.h"

#include <algorithm>

#include <openssl/asn1.h>

#include "ca/openssl_error.h"
#include "ca/openssl_ptr.h"

namespace ca {

namespace {

using base::ErrorCode;

constexpr std::size_t kSemiblock = 8;  // RFC 5649 counts in units of 64 bits

enum class Direction { kUnwrap = 0, kWrap = 1 };

base::Error does_not_open() {
  // OpenSSL's own reason says nothing here that the sentence does not.
  forget_openssl_errors();
  return base::Error{ErrorCode::kInconsistent,
                     "the wrapped key does not open: either the shares belong to another key, or "
                     "the wrapped key was altered; compare both with the record and use the other "
                     "site's copy"};
}

base::Error cannot_wrap() {
  return openssl_error(ErrorCode::kDeviceFailure,
                       "this machine's OpenSSL cannot wrap keys (AES-256-WRAP-PAD); use the "
                       "machine image of this software");
}

// A cipher context made ready with the KEK, or null.
EvpCipherCtxPtr ready_cipher(const Kek& kek, Direction direction) {
  forget_openssl_errors();
  const EvpCipherPtr cipher(EVP_CIPHER_fetch(nullptr, "AES-256-WRAP-PAD", nullptr));
  EvpCipherCtxPtr context(EVP_CIPHER_CTX_new());
  if (cipher == nullptr || context == nullptr) {
    return nullptr;
  }
  EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  const base::SecretBytes::Reader key = kek.bytes().read();
  if (EVP_CipherInit_ex2(context.get(),
                         cipher.get(),
                         key.bytes().data(),
                         nullptr,  // the initial value that RFC 5649 fixes
                         static_cast<int>(direction),
                         nullptr) != 1) {
    return nullptr;
  }
  return context;
}

base::SecretBytes first_bytes(const base::SecretBytes& of, std::size_t count) {
  const base::SecretBytes::Reader reader = of.read();
  return base::SecretBytes::copy_of(reader.bytes().first(count));
}

}  // namespace

base::Result<base::Bytes> wrap_by_openssl(const base::SecretBytes& secret, const Kek& kek) {
  const std::size_t padded = (secret.size() + kSemiblock - 1) / kSemiblock * kSemiblock;
  if (secret.size() == 0 || padded + kSemiblock > kLongestBlob) {
    return base::Error{ErrorCode::kInvalidArgument,
                       "this key is too long to be wrapped so that the standard tools can open it; "
                       "choose another algorithm"};
  }
  const EvpCipherCtxPtr context = ready_cipher(kek, Direction::kWrap);
  if (context == nullptr) {
    return cannot_wrap();
  }
  base::Bytes blob(padded + 2 * kSemiblock);
  const base::SecretBytes::Reader input = secret.read();
  int length = 0;
  if (EVP_CipherUpdate(context.get(),
                       blob.data(),
                       &length,
                       input.bytes().data(),
                       static_cast<int>(input.bytes().size())) != 1 ||
      static_cast<std::size_t>(length) != padded + kSemiblock) {
    return cannot_wrap();
  }
  blob.resize(static_cast<std::size_t>(length));
  return blob;
}

base::Result<base::SecretBytes> unwrap_by_openssl(base::ByteView blob, const Kek& kek) {
  if (blob.size() < 2 * kSemiblock || blob.size() > kLongestBlob || blob.size() % kSemiblock != 0) {
    return does_not_open();
  }
  const EvpCipherCtxPtr context = ready_cipher(kek, Direction::kUnwrap);
  if (context == nullptr) {
    return cannot_wrap();
  }
  base::SecretBytes padded(blob.size());
  int length = 0;
  {
    const base::SecretBytes::Writer output = padded.write();
    if (EVP_CipherUpdate(context.get(),
                         output.bytes().data(),
                         &length,
                         blob.data(),
                         static_cast<int>(blob.size())) != 1 ||
        length <= 0) {
      return does_not_open();
    }
  }
  return first_bytes(padded, static_cast<std::size_t>(length));
}

base::Result<base::SecretBytes> without_stray_zeros(const base::SecretBytes& padded) {
  const base::SecretBytes::Reader reader = padded.read();
  const base::ByteView bytes = reader.bytes();
  const unsigned char* at = bytes.data();
  long length = 0;
  int tag = 0;
  int type = 0;
  forget_openssl_errors();
  const int form = ASN1_get_object(&at, &length, &tag, &type, static_cast<long>(bytes.size()));
  const base::ByteView rest =
      (form & 0x80) != 0 || length < 0
          ? bytes
          : bytes.subspan(static_cast<std::size_t>(at - bytes.data() + length));
  // An indefinite length (0x21) is not DER.
  const bool one_value = (form & 0x81) == 0 && tag == V_ASN1_SEQUENCE;
  const bool zeros = std::all_of(rest.begin(), rest.end(), [](std::uint8_t b) { return b == 0; });
  if (!one_value || rest.size() >= kSemiblock || !zeros) {
    forget_openssl_errors();
    return base::Error{ErrorCode::kMalformed,
                       "what was unwrapped is not a private key; the wrapped key is damaged, use "
                       "another copy of it"};
  }
  return base::SecretBytes::copy_of(bytes.first(bytes.size() - rest.size()));
}

}  // namespace ca
