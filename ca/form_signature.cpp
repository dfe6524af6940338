#include "ca/form_signature.h"

#include <algorithm>

#include "ca/der.h"
#include "ca/openssl_error.h"
#include "ca/signature_algorithm.h"

namespace ca {

namespace {

// OpenSSL's number of a signature algorithm. Requires: an AlgorithmIdentifier.
int signature_nid_of(base::ByteView identifier) {
  const unsigned char* at = identifier.data();
  const X509AlgorPtr algorithm(d2i_X509_ALGOR(nullptr, &at, static_cast<long>(identifier.size())));
  const ASN1_OBJECT* object = nullptr;
  X509_ALGOR_get0(&object, nullptr, nullptr, algorithm.get());
  return OBJ_obj2nid(object);
}

}  // namespace

FormSignature form_signature_of(base::ByteView form) {
  base::ByteView rest = contents_of(form);
  FormSignature parts;
  parts.tbs = take_value(rest);
  parts.outer_algorithm = take_value(rest);
  parts.inner_algorithm = parts.outer_algorithm;
  parts.signature = take_value(rest);
  return parts;
}

std::optional<bool> is_signed_by(const FormSignature& form, EVP_PKEY& key) {
  int digest = NID_undef;
  int key_type = NID_undef;
  if (!is_accepted_signature_algorithm(form.outer_algorithm) ||
      OBJ_find_sigid_algs(signature_nid_of(form.outer_algorithm), &digest, &key_type) != 1) {
    forget_openssl_errors();
    return std::nullopt;
  }
  const base::ByteView bits = contents_of(form.signature);
  if (!std::ranges::equal(form.inner_algorithm, form.outer_algorithm) ||
      EVP_PKEY_is_a(&key, OBJ_nid2sn(key_type)) != 1 || bits.empty() || bits.front() != 0) {
    return false;
  }
  const EVP_MD* const md = digest == NID_undef ? nullptr : EVP_get_digestbynid(digest);
  const EvpMdCtxPtr context(EVP_MD_CTX_new());
  return EVP_DigestVerifyInit(context.get(), nullptr, md, nullptr, &key) == 1 &&
         EVP_DigestVerify(
             context.get(), bits.data() + 1, bits.size() - 1, form.tbs.data(), form.tbs.size()) ==
             1;
}

}  // namespace ca
