#include "ca/certificate.h"

#include <algorithm>
#include <array>

#include "base/text_encoding.h"
#include "ca/der.h"
#include "ca/openssl_error.h"
#include "ca/openssl_fields.h"
#include "ca/pem.h"

namespace ca {

namespace {

// Decodes into `to` when there is such an extension; notes it when it holds something else.
template <typename T>
void decode_into(std::optional<T>& to,
                 const Extension& extension,
                 base::Result<T> (*decode)(base::ByteView),
                 KnownExtensions& known) {
  if (to) {
    return;  // a second one of the same kind is the lint's business
  }
  base::Result<T> decoded = decode(extension.value);
  if (decoded) {
    to = std::move(*decoded);
  } else {
    known.malformed.push_back(extension.oid);
  }
}

KnownExtensions decode_all(const std::vector<Extension>& extensions) {
  KnownExtensions known;
  for (const Extension& each : extensions) {
    if (each.oid == oid::kBasicConstraints) {
      decode_into(known.basic_constraints, each, decode_basic_constraints, known);
    } else if (each.oid == oid::kKeyUsage) {
      decode_into(known.key_usage, each, decode_key_usage, known);
    } else if (each.oid == oid::kExtendedKeyUsage) {
      decode_into(known.extended_key_usage, each, decode_extended_key_usage, known);
    } else if (each.oid == oid::kSubjectKeyIdentifier) {
      decode_into(known.subject_key_identifier, each, decode_key_identifier, known);
    } else if (each.oid == oid::kAuthorityKeyIdentifier) {
      decode_into(known.authority_key_identifier, each, decode_authority_key_identifier, known);
    } else if (each.oid == oid::kCertificatePolicies) {
      decode_into(known.policies, each, decode_policies, known);
    } else if (each.oid == oid::kCrlDistributionPoints) {
      decode_into(known.crl_distribution_points, each, decode_distribution_points, known);
    } else if (each.oid == oid::kAuthorityInformationAccess) {
      decode_into(known.authority_information, each, decode_authority_information, known);
    }
  }
  return known;
}

bool has_unique_identifiers_in(const X509& x509) {
  const ASN1_BIT_STRING* issuer = nullptr;
  const ASN1_BIT_STRING* subject = nullptr;
  X509_get0_uids(&x509, &issuer, &subject);
  return issuer != nullptr || subject != nullptr;
}

// Whether OpenSSL, writing the certificate anew, gives the same to-be-signed bytes. Catches what is
// well-formed and still not DER: defaults written out, for example.
bool comes_back_the_same(base::ByteView der) {
  const unsigned char* at = der.data();
  const X509Ptr x509(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (x509 == nullptr || !is_plain_der(X509_get0_extensions(x509.get()))) {
    return false;
  }
  unsigned char* out = nullptr;
  const int length = i2d_re_X509_tbs(x509.get(), &out);
  const OpensslBlock block(out);
  const base::ByteView tbs = first_value(contents_of(der));
  return length > 0 && std::equal(out, out + length, tbs.begin(), tbs.end());
}

}  // namespace

base::Result<Certificate> Certificate::parse(base::ByteView der, Encoding encoding) {
  constexpr const char* kWhat = "certificate";
  const std::optional<DerFault> fault = find_der_fault(der);
  if (encoding == Encoding::kDer && fault) {
    return not_proper(kWhat, *fault);
  }
  forget_openssl_errors();
  const unsigned char* at = der.data();
  auto parsed = std::make_shared<Parsed>();
  parsed->x509.reset(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (parsed->x509 == nullptr || at != der.data() + der.size() ||
      (encoding == Encoding::kDer && !comes_back_the_same(der))) {
    return not_proper(kWhat);
  }
  const X509& x509 = *parsed->x509;
  base::Result<DistinguishedName> issuer =
      DistinguishedName::parse(name_der(X509_get_issuer_name(&x509)));
  base::Result<DistinguishedName> subject =
      DistinguishedName::parse(name_der(X509_get_subject_name(&x509)));
  const std::optional<EncodedTime> not_before = encoded_time(X509_get0_notBefore(&x509));
  const std::optional<EncodedTime> not_after = encoded_time(X509_get0_notAfter(&x509));
  if (!issuer || !subject || !not_before || !not_after) {
    return not_proper(kWhat);
  }
  parsed->der.assign(der.begin(), der.end());
  parsed->is_strict = encoding == Encoding::kDer;
  parsed->version = X509_get_version(&x509) + 1;
  parsed->serial = content_octets(X509_get0_serialNumber(&x509));
  const X509_ALGOR* outer = nullptr;
  X509_get0_signature(nullptr, &outer, &x509);
  parsed->inner_algorithm = written<i2d_X509_ALGOR>(X509_get0_tbs_sigalg(&x509));
  parsed->outer_algorithm = written<i2d_X509_ALGOR>(outer);
  parsed->issuer = std::move(*issuer);
  parsed->subject = std::move(*subject);
  parsed->not_before = *not_before;
  parsed->not_after = *not_after;
  parsed->public_key_info = written<i2d_X509_PUBKEY>(X509_get_X509_PUBKEY(&x509));
  parsed->has_unique_identifiers = has_unique_identifiers_in(x509);
  parsed->extensions = extensions_of(X509_get0_extensions(&x509));
  parsed->known = decode_all(parsed->extensions);
  forget_openssl_errors();
  return Certificate(std::move(parsed));
}

base::ByteView Certificate::tbs() const {
  return first_value(contents_of(der()));
}

std::string Certificate::serial_hex() const {
  return base::to_hex(serial());
}

Validity Certificate::validity() const {
  return {.not_before = not_before().instant, .not_after = not_after().instant};
}

const Extension* Certificate::find(std::string_view oid) const {
  const auto found = std::find_if(
      extensions().begin(), extensions().end(), [&](const auto& each) { return each.oid == oid; });
  return found == extensions().end() ? nullptr : &*found;
}

std::string Certificate::pem() const {
  return pem_text("CERTIFICATE", der());
}

base::Result<void> Certificate::verify_with(base::ByteView public_key_info) const {
  const base::Result<EvpPkeyPtr> key = read_public_key(public_key_info);
  if (!key) {
    return key.error();
  }
  // X509_verify takes a pointer to change and changes nothing but caches; work on its own copy.
  const X509Ptr own(X509_dup(parsed_->x509.get()));
  if (own == nullptr || X509_verify(own.get(), key->get()) != 1) {
    return openssl_error(base::ErrorCode::kInconsistent,
                         "the certificate was not signed by this key; do not use it");
  }
  return {};
}

std::string chain_pem(const std::vector<Certificate>& chain) {
  std::string text;
  for (const Certificate& certificate : chain) {
    text += certificate.pem();
  }
  return text;
}

}  // namespace ca
