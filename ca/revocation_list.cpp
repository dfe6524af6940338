#include "ca/revocation_list.h"

#include <algorithm>

#include "ca/der.h"
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

// Whether OpenSSL, writing the CRL anew, gives the same to-be-signed bytes.
bool comes_back_the_same(base::ByteView der) {
  const X509CrlPtr crl = read_list(der);
  if (crl == nullptr || !is_plain_der(X509_CRL_get0_extensions(crl.get()))) {
    return false;
  }
  const STACK_OF(X509_REVOKED)* const entries = X509_CRL_get_REVOKED(crl.get());
  for (int i = 0; i < sk_X509_REVOKED_num(entries); ++i) {
    if (!is_plain_der(X509_REVOKED_get0_extensions(sk_X509_REVOKED_value(entries, i)))) {
      return false;
    }
  }
  unsigned char* out = nullptr;
  const int length = i2d_re_X509_CRL_tbs(crl.get(), &out);
  const OpensslBlock block(out);
  const base::ByteView tbs = first_value(contents_of(der));
  return length > 0 && std::equal(out, out + length, tbs.begin(), tbs.end());
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

void read_entry_extensions(const X509_REVOKED& revoked, ListedRevocation& entry) {
  for (const Extension& extension : extensions_of(X509_REVOKED_get0_extensions(&revoked))) {
    const base::Result<std::uint8_t> reason = decode_reason(extension.value);
    if (extension.oid != oid::kReasonCode || !reason || entry.reason) {
      entry.has_other_extensions = true;
      continue;
    }
    entry.reason = *reason;
    entry.has_critical_reason = extension.criticality == Criticality::kCritical;
  }
}

}  // namespace

bool RevocationList::read_entries(X509_CRL& crl, Parsed& parsed) {
  const STACK_OF(X509_REVOKED)* const stack = X509_CRL_get_REVOKED(&crl);
  const int count = stack == nullptr ? 0 : sk_X509_REVOKED_num(stack);
  parsed.has_empty_list = stack != nullptr && count == 0;
  parsed.entries.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    const X509_REVOKED* const revoked = sk_X509_REVOKED_value(stack, i);
    const std::optional<EncodedTime> at = encoded_time(X509_REVOKED_get0_revocationDate(revoked));
    if (!at) {
      return false;
    }
    ListedRevocation entry;
    entry.serial = content_octets(X509_REVOKED_get0_serialNumber(revoked));
    entry.revoked_at = *at;
    read_entry_extensions(*revoked, entry);
    parsed.entries.push_back(std::move(entry));
  }
  return true;
}

base::Result<RevocationList> RevocationList::parse(base::ByteView der, Encoding encoding) {
  const std::optional<DerFault> fault = find_der_fault(der);
  if (encoding == Encoding::kDer && fault) {
    return not_proper(kWhat, *fault);
  }
  forget_openssl_errors();
  const X509CrlPtr crl = read_list(der);
  if (crl == nullptr || (encoding == Encoding::kDer && !comes_back_the_same(der))) {
    return not_proper(kWhat);
  }
  base::Result<DistinguishedName> issuer =
      DistinguishedName::parse(name_der(X509_CRL_get_issuer(crl.get())));
  const std::optional<EncodedTime> this_update = encoded_time(X509_CRL_get0_lastUpdate(crl.get()));
  const ASN1_TIME* const next_update = X509_CRL_get0_nextUpdate(crl.get());
  auto parsed = std::make_shared<Parsed>();
  if (next_update != nullptr) {
    parsed->next_update = encoded_time(next_update);
  }
  if (!issuer || !this_update || (next_update != nullptr && !parsed->next_update) ||
      !read_entries(*crl, *parsed)) {
    return not_proper(kWhat);
  }
  const X509_ALGOR* outer = nullptr;
  X509_CRL_get0_signature(crl.get(), nullptr, &outer);
  parsed->der.assign(der.begin(), der.end());
  parsed->is_strict = encoding == Encoding::kDer;
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
  if (!rest.empty() && rest.front() == static_cast<std::uint8_t>(DerTag::kInteger)) {
    rest = rest.subspan(first_value(rest).size());
  }
  const base::ByteView inner = first_value(rest);
  parsed->inner_algorithm.assign(inner.begin(), inner.end());
  return list;
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

base::Result<void> RevocationList::verify_with(base::ByteView public_key_info) const {
  const base::Result<EvpPkeyPtr> key = read_public_key(public_key_info);
  if (!key) {
    return key.error();
  }
  const X509CrlPtr crl = read_list(der());
  if (crl == nullptr || X509_CRL_verify(crl.get(), key->get()) != 1) {
    return openssl_error(base::ErrorCode::kInconsistent,
                         "the CRL was not signed by this key; do not use it");
  }
  return {};
}

}  // namespace ca
