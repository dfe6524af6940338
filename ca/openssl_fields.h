// ca/openssl_fields.h - takes fields out of parsed OpenSSL objects; private to this layer.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "ca/certificate.h"
#include "ca/extension.h"
#include "ca/openssl_ptr.h"

namespace ca {

// What an i2d function of OpenSSL writes; empty when it fails.
template <auto Write, typename T>
base::Bytes written(const T* object) {
  unsigned char* out = nullptr;
  const int length = Write(object, &out);
  const OpensslBlock block(out);
  return length > 0 ? base::Bytes(out, out + length) : base::Bytes();
}

// The bytes of a string.
base::ByteView bytes_of_string(const ASN1_STRING* string);

// The content octets of an INTEGER, big-endian, two's complement.
base::Bytes content_octets(const ASN1_INTEGER* number);

// A time, or nothing when it is no time of the calendar, or has fractions or an offset.
std::optional<EncodedTime> encoded_time(const ASN1_TIME* time);

// The exact DER of a name.
base::ByteView name_der(const X509_NAME* name);

// A stack of extensions (nullptr: none) as values.
std::vector<Extension> extensions_of(const STACK_OF(X509_EXTENSION) * stack);

// Whether the stack (nullptr: none) is written as DER wants it, also where OpenSSL keeps what it
// found: "critical" FALSE is the default and must be left out.
bool is_plain_der(const STACK_OF(X509_EXTENSION) * stack);

// OpenSSL's own form of a certificate; nullptr where it does not take it.
X509Ptr x509_of(const Certificate& certificate);

// The error for bytes that are not what they should be: "this is not a proper WHAT (byte N): WHY".
base::Error not_proper(const char* what, const DerFault& fault);

// For bytes that are DER but do not make a `what`; with OpenSSL's reason when it has one.
base::Error not_proper(const char* what);

}  // namespace ca
