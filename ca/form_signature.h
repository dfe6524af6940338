// ca/form_signature.h - the signature on a certificate, request or CRL; private to this layer.

#pragma once

#include <optional>

#include "base/bytes.h"
#include "ca/openssl_ptr.h"

namespace ca {

// What such a form consists of, as DER with the headers: RFC 5280 sections 4.1.1 and 5.1.1, RFC
// 2986 section 4.2. All are borrowed.
struct FormSignature {
  base::ByteView tbs;
  base::ByteView inner_algorithm;  // a request has none; then it is the outer one
  base::ByteView outer_algorithm;
  base::ByteView signature;  // a BIT STRING
};

// The three parts of a form. Requires: DER. A request's inner algorithm is its outer one; that of
// others stands within `tbs`, and whoever knows where puts it in.
FormSignature form_signature_of(base::ByteView form);

// Whether that key has signed, by OpenSSL. Nothing where the algorithm is none that we accept: that
// is for OpenSSL's own X509_verify() and its like, which take the form apart once more.
std::optional<bool> is_signed_by(const FormSignature& form, EVP_PKEY& key);

}  // namespace ca
