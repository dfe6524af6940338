#include "ca/revocation_list.h"

#include <algorithm>

#include "ca/der.h"
#include "ca/form_signature.h"
#include "ca/openssl_error.h"
#include "ca/openssl_fields.h"
#include "ca/pem.h"

namespace ca {

namespace {

constexpr const char* kWhat = "CRL";

X509CrlPtr read_list(base::ByteView der) {
  const unsigned char* at = der.data();
  X509CrlPtr crl(d2i_X509_CRL(nullptr, &at, static_cast<long>(der.size())));
  return at == der.data() + der.size() ? std::move(crl) : nullptr;
}

bool starts_with_time(base::ByteView bytes) {
  return starts_with(bytes, DerTag::kUtcTime) || starts_with(bytes, DerTag::kGeneralizedTime);
}

// Whether OpenSSL, writing the CRL anew, gives the same to-be-signed bytes. `der` has no entries.
bool comes_back_the_same(base::ByteView der) {
  const X509CrlPtr crl = read_list(der);
  if (crl == nullptr || !is_plain_der(X509_CRL_get0_extensions(crl.get()))) {
    return false;
  }
  unsigned char* out = nullptr;
  const int length = i2d_re_X509_CRL_tbs(crl.get(), &out);
  const OpensslBlock block(out);
  const base::ByteView tbs = first_value(contents_of(der));
  return length > 0 && std::equal(out, out + length, tbs.begin(), tbs.end());
}

// The entries of a CRL that is not DER, as DER, one behind the other.
base::Bytes rewritten(const STACK_OF(X509_REVOKED) * entries) {
  base::Bytes der;
  for (int i = 0; i < sk_X509_REVOKED_num(entries); ++i) {
    append(der, written<i2d_X509_REVOKED>(sk_X509_REVOKED_value(entries, i)));
  }
  return der;
}

template <typename T>
void decode_into(std::optional<T>& to,
                 const Extension& extension,
                 base::Result<T> (*decode)(base::ByteView),
                 KnownListExtensions& known) {
  base::Result<T> decoded = decode(extension.value);
  if (!decoded) {
    known.malformed.push_back(extension.oid);
  } else if (!to) {
    to = std::move(*decoded);
  }
}

KnownListExtensions decode_all(const std::vector<Extension>& extensions) {
  KnownListExtensions known;
  for (const Extension& each : extensions) {
    if (each.oid == oid::kAuthorityKeyIdentifier) {
      decode_into(known.authority_key_identifier, each, decode_authority_key_identifier, known);
    } else if (each.oid == oid::kCrlNumber) {
      decode_into(known.number, each, decode_integer, known);
    } else if (each.oid == oid::kIssuingDistributionPoint) {
      decode_into(known.issuing_distribution_point, each, decode_issuing_distribution_point, known);
    }
  }
  return known;
}

}  // namespace

// The list stands behind version, algorithm, issuer and one or two dates, and the extensions or
// nothing behind it (RFC 5280 section 5.1). Where it does, OpenSSL takes the whole exactly when it
// takes the frame and the entries. Of bytes that are not DER this makes nonsense.
RevocationList::CutList RevocationList::cut(base::ByteView der) {
  CutList parts;
  base::ByteView beside = contents_of(der);
  const base::ByteView tbs = take_value(beside);
  base::ByteView behind = contents_of(tbs);
  if (starts_with(behind, DerTag::kInteger)) {
    take_value(behind);
  }
  take_value(behind);
  take_value(behind);
  int dates = 0;
  for (; dates < 2 && starts_with_time(behind); ++dates) {
    take_value(behind);
  }
  const base::ByteView before = contents_of(tbs).first(contents_of(tbs).size() - behind.size());
  parts.entries = take_value(behind);
  if (!starts_with(der, DerTag::kSequence) || !starts_with(tbs, DerTag::kSequence) || dates == 0 ||
      !starts_with(parts.entries, DerTag::kSequence) ||
      !(behind.empty() || starts_with(behind, DerTag::kContext0Constructed))) {
    return {.frame = base::Bytes(der.begin(), der.end()), .entries = {}, .plain = {}};
  }
  const base::Bytes frame = ca::der(DerTag::kSequence, {before, behind});
  parts.frame = ca::der(DerTag::kSequence, {frame, beside});
  parts.plain = ListedRevocations::plain_ones(contents_of(parts.entries));
  return parts;
}

X509CrlPtr RevocationList::read_whole(Parsed& parsed) {
  X509CrlPtr crl = read_list(parsed.der);
  if (crl == nullptr) {
    return nullptr;
  }
  const STACK_OF(X509_REVOKED)* const entries = X509_CRL_get_REVOKED(crl.get());
  parsed.rewritten_entries = rewritten(entries);
  parsed.has_empty_list = entries != nullptr && sk_X509_REVOKED_num(entries) == 0;
  const auto read =
      ListedRevocations::read(parsed.rewritten_entries, {}, Encoding::kWhateverIsFound);
  parsed.entries = read.value_or(ListedRevocations());
  return read ? std::move(crl) : nullptr;
}

X509CrlPtr RevocationList::read_frame(Parsed& parsed, const CutList& parts) {
  const Encoding encoding = parsed.is_strict ? Encoding::kDer : Encoding::kWhateverIsFound;
  X509CrlPtr crl = read_list(parts.frame);
  const auto read = ListedRevocations::read(contents_of(parts.entries), parts.plain, encoding);
  if (crl == nullptr || X509_CRL_get_REVOKED(crl.get()) != nullptr || !read ||
      (parsed.is_strict && !comes_back_the_same(parts.frame))) {
    return nullptr;
  }
  parsed.entries = *read;
  parsed.has_empty_list = !parts.entries.empty() && read->empty();
  return crl;
}

base::Result<RevocationList> RevocationList::parse(base::ByteView der, Encoding encoding) {
  return parse(base::Bytes(der.begin(), der.end()), encoding);
}

base::Result<RevocationList> RevocationList::parse(base::Bytes der, Encoding encoding) {
  const CutList parts = cut(der);
  const std::optional<DerFault> fault = find_der_fault(der, parts.plain.bytes());
  if (encoding == Encoding::kDer && fault) {
    return not_proper(kWhat, *fault);
  }
  forget_openssl_errors();
  auto parsed = std::make_shared<Parsed>();
  parsed->der = std::move(der);
  parsed->is_strict = encoding == Encoding::kDer;
  parsed->form = fault ? Form::kOther : Form::kDer;
  const X509CrlPtr crl = fault ? read_whole(*parsed) : read_frame(*parsed, parts);
  if (crl == nullptr) {
    return not_proper(kWhat);
  }
  base::Result<DistinguishedName> issuer =
      DistinguishedName::parse(name_der(X509_CRL_get_issuer(crl.get())));
  const std::optional<EncodedTime> this_update = encoded_time(X509_CRL_get0_lastUpdate(crl.get()));
  const ASN1_TIME* const next_update = X509_CRL_get0_nextUpdate(crl.get());
  if (next_update != nullptr) {
    parsed->next_update = encoded_time(next_update);
  }
  if (!issuer || !this_update || (next_update != nullptr && !parsed->next_update)) {
    return not_proper(kWhat);
  }
  const X509_ALGOR* outer = nullptr;
  X509_CRL_get0_signature(crl.get(), nullptr, &outer);
  parsed->version = X509_CRL_get_version(crl.get()) + 1;
  parsed->outer_algorithm = written<i2d_X509_ALGOR>(outer);
  parsed->issuer = std::move(*issuer);
  parsed->this_update = *this_update;
  parsed->extensions = extensions_of(X509_CRL_get0_extensions(crl.get()));
  parsed->known = decode_all(parsed->extensions);
  forget_openssl_errors();
  RevocationList list(parsed);
  // OpenSSL has no getter for the inner algorithm: it is the first list in the to-be-signed part.
  base::ByteView rest = contents_of(list.tbs());
  if (starts_with(rest, DerTag::kInteger)) {
    take_value(rest);
  }
  const base::ByteView inner = take_value(rest);
  parsed->inner_algorithm.assign(inner.begin(), inner.end());
  return list;
}

base::Bytes RevocationList::take_der() && {
  return parsed_.use_count() == 1 ? std::move(parsed_->der) : parsed_->der;
}

base::ByteView RevocationList::tbs() const {
  return first_value(contents_of(der()));
}

const Extension* RevocationList::find(std::string_view oid) const {
  const auto found = std::find_if(
      extensions().begin(), extensions().end(), [&](const auto& each) { return each.oid == oid; });
  return found == extensions().end() ? nullptr : &*found;
}

std::optional<std::uint64_t> RevocationList::number() const {
  const std::optional<base::Bytes>& octets = known().number;
  if (!octets || octets->front() >= 0x80 || octets->size() > 9 ||
      (octets->size() == 9 && octets->front() != 0)) {
    return std::nullopt;
  }
  std::uint64_t value = 0;
  for (const std::uint8_t octet : *octets) {
    value = value << 8U | octet;
  }
  return value;
}

std::string RevocationList::pem() const {
  return pem_text("X509 CRL", der());
}

bool RevocationList::has_signature_of(EVP_PKEY& key) const {
  if (parsed_->form == Form::kDer) {
    FormSignature form = form_signature_of(der());
    form.inner_algorithm = inner_algorithm();
    if (const std::optional<bool> is_signed = is_signed_by(form, key)) {
      return *is_signed;
    }
  }
  const X509CrlPtr crl = read_list(der());
  return crl != nullptr && X509_CRL_verify(crl.get(), &key) == 1;
}

base::Result<void> RevocationList::verify_with(base::ByteView public_key_info) const {
  const base::Result<EvpPkeyPtr> key = read_public_key(public_key_info);
  if (!key) {
    return key.error();
  }
  if (!has_signature_of(**key)) {
    return openssl_error(base::ErrorCode::kInconsistent,
                         "the CRL was not signed by this key; do not use it");
  }
  return {};
}

}  // namespace ca
