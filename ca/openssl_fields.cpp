#include "ca/openssl_fields.h"

#include <algorithm>
#include <array>
#include <ctime>

#include "ca/der.h"
#include "ca/openssl_error.h"

namespace ca {

base::ByteView bytes_of_string(const ASN1_STRING* string) {
  return {ASN1_STRING_get0_data(string), static_cast<std::size_t>(ASN1_STRING_length(string))};
}

base::Bytes content_octets(const ASN1_INTEGER* number) {
  const base::Bytes whole = written<i2d_ASN1_INTEGER>(number);
  const base::ByteView contents = contents_of(whole);
  return {contents.begin(), contents.end()};
}

std::optional<EncodedTime> encoded_time(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) {
    forget_openssl_errors();
    return std::nullopt;
  }
  const std::chrono::year_month_day date{
      std::chrono::year{parts.tm_year + 1900},
      std::chrono::month{static_cast<unsigned>(parts.tm_mon + 1)},
      std::chrono::day{static_cast<unsigned>(parts.tm_mday)}};
  EncodedTime encoded;
  encoded.instant = std::chrono::sys_days{date} + std::chrono::hours{parts.tm_hour} +
                    std::chrono::minutes{parts.tm_min} + std::chrono::seconds{parts.tm_sec};
  if (date.year() >= std::chrono::year{1950} && date.year() <= std::chrono::year{9999}) {
    const base::Bytes rule = der_time(encoded.instant);
    const base::Bytes found = written<i2d_ASN1_TIME>(time);
    encoded.is_by_the_rule = rule == found;
  }
  return encoded;
}

base::ByteView name_der(const X509_NAME* name) {
  const unsigned char* bytes = nullptr;
  std::size_t size = 0;
  if (X509_NAME_get0_der(const_cast<X509_NAME*>(name), &bytes, &size) != 1) {
    return {};
  }
  return {bytes, size};
}

std::vector<Extension> extensions_of(const STACK_OF(X509_EXTENSION) * stack) {
  std::vector<Extension> extensions;
  for (int i = 0; i < sk_X509_EXTENSION_num(stack); ++i) {
    X509_EXTENSION* const extension = sk_X509_EXTENSION_value(stack, i);
    std::array<char, 160> oid{};
    OBJ_obj2txt(oid.data(), static_cast<int>(oid.size()), X509_EXTENSION_get_object(extension), 1);
    const base::ByteView value = bytes_of_string(X509_EXTENSION_get_data(extension));
    extensions.push_back({.oid = oid.data(),
                          .criticality = X509_EXTENSION_get_critical(extension) > 0
                                             ? Criticality::kCritical
                                             : Criticality::kNotCritical,
                          .value = base::Bytes(value.begin(), value.end())});
  }
  return extensions;
}

bool is_plain_der(const STACK_OF(X509_EXTENSION) * stack) {
  return stack == nullptr || written<i2d_X509_EXTENSIONS>(stack) == encode(extensions_of(stack));
}

X509Ptr x509_of(const Certificate& certificate) {
  const base::Bytes& der = certificate.der();
  const unsigned char* at = der.data();
  return X509Ptr(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
}

base::Error not_proper(const char* what, const DerFault& fault) {
  forget_openssl_errors();
  return base::Error{base::ErrorCode::kMalformed,
                     std::string("this is not a proper ") + what + " (byte " +
                         std::to_string(fault.offset) + "): " + fault.why +
                         "; have it made and sent again"};
}

base::Error not_proper(const char* what) {
  return openssl_error(base::ErrorCode::kMalformed,
                       std::string("this is not a proper ") + what +
                           ": its parts are not those that the standard asks for; have it made and "
                           "sent again");
}

}  // namespace ca
