#include "ca/extension_text.h"

#include <algorithm>

#include "ca/openssl_error.h"
#include "ca/openssl_ptr.h"

namespace ca {

namespace {

constexpr std::size_t kLongestShownValue = 160;

}  // namespace

std::string text_of(const Extension& extension) {
  const base::Bytes encoded = encode(extension);
  const unsigned char* at = encoded.data();
  const X509ExtensionPtr read(d2i_X509_EXTENSION(nullptr, &at, static_cast<long>(encoded.size())));
  const BioPtr bio(BIO_new(BIO_s_mem()));
  std::string text;
  if (read != nullptr &&
      X509V3_EXT_print(bio.get(), read.get(), X509V3_EXT_PARSE_UNKNOWN, 0) == 1) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    text.assign(data, static_cast<std::size_t>(size));
  }
  forget_openssl_errors();
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < 0x20 || c > 0x7e; }, ' ');
  return text.substr(0, kLongestShownValue);
}

}  // namespace ca
