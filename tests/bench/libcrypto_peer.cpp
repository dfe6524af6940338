#include "bench/libcrypto_peer.h"

#include <cstdlib>

#include <openssl/conf.h>

#include "ca/openssl_fields.h"
#include "ca/public_key.h"
#include "support/ca_issuance.h"

namespace bench {

namespace {

// A peer that fails would be measured as a fast one.
void must(int answer) {
  if (answer <= 0) {
    std::abort();
  }
}

void set_time(ASN1_TIME* time, const char* text) {
  must(ASN1_TIME_set_string_X509(time, text));
}

// An extension written as in openssl.cnf.
struct Setting {
  int nid;
  const char* value;
};

ca::X509ExtensionPtr extension_of(const Setting& setting, X509V3_CTX& context) {
  // Policies want a file of settings, be it empty.
  static CONF* const no_settings = NCONF_new(nullptr);
  X509V3_set_nconf(&context, no_settings);
  ca::X509ExtensionPtr extension(
      X509V3_EXT_nconf_nid(no_settings, &context, setting.nid, setting.value));
  must(extension != nullptr ? 1 : 0);
  return extension;
}

void set_serial(ASN1_INTEGER& serial) {
  const ca::BignumPtr number(BN_new());
  must(BN_rand(number.get(), 129, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY));
  must(BN_to_ASN1_INTEGER(number.get(), &serial) != nullptr ? 1 : 0);
}

void add_extensions(X509& certificate, X509& issuer) {
  constexpr Setting kSettings[]{{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                                {NID_key_usage, "critical,keyCertSign,cRLSign"},
                                {NID_subject_key_identifier, "hash"},
                                {NID_authority_key_identifier, "keyid:always"},
                                {NID_ext_key_usage, "serverAuth,clientAuth"},
                                {NID_certificate_policies, "2.999.1.1"},
                                {NID_crl_distribution_points, "URI:http://pki.example/root.crl"},
                                {NID_info_access, "caIssuers;URI:http://pki.example/root.der"}};
  X509V3_CTX context;
  X509V3_set_ctx(&context, &issuer, &certificate, nullptr, nullptr, 0);
  for (const Setting& setting : kSettings) {
    must(X509_add_ext(&certificate, extension_of(setting, context).get(), -1));
  }
}

void add_list_extensions(X509_CRL& list, X509& issuer) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, &issuer, nullptr, nullptr, &list, 0);
  for (const Setting& setting : {Setting{NID_authority_key_identifier, "keyid:always"},
                                 Setting{NID_issuing_distribution_point, "critical,onlyCA:TRUE"}}) {
    must(X509_CRL_add_ext(&list, extension_of(setting, context).get(), -1));
  }
  const ca::Asn1IntegerPtr number(ASN1_INTEGER_new());
  must(ASN1_INTEGER_set(number.get(), 1));
  must(X509_CRL_add1_ext_i2d(&list, NID_crl_number, number.get(), 0, 0));
}

void add_revocation(X509_CRL& list, const ca::Revocation& revocation, ASN1_TIME& date) {
  ca::X509RevokedPtr entry(X509_REVOKED_new());
  const ca::BignumPtr number(
      BN_bin2bn(revocation.serial.data(), static_cast<int>(revocation.serial.size()), nullptr));
  const ca::Asn1IntegerPtr serial(BN_to_ASN1_INTEGER(number.get(), nullptr));
  const ca::Asn1EnumeratedPtr reason(ASN1_ENUMERATED_new());
  must(X509_REVOKED_set_serialNumber(entry.get(), serial.get()));
  must(X509_REVOKED_set_revocationDate(entry.get(), &date));
  must(ASN1_ENUMERATED_set(reason.get(), static_cast<long>(revocation.reason)));
  must(X509_REVOKED_add1_ext_i2d(entry.get(), NID_crl_reason, reason.get(), 0, 0));
  must(X509_CRL_add0_revoked(&list, entry.release()));
}

}  // namespace

LibcryptoIssuer libcrypto_issuer(ca::Algorithm algorithm) {
  const support::TestRoot root = support::make_root(algorithm);
  const base::SecretBytes pkcs8 = root.key->to_pkcs8().value();
  const base::SecretBytes::Reader reader = pkcs8.read();
  const unsigned char* at = reader.bytes().data();
  ca::EvpPkeyPtr key(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(reader.bytes().size())));
  const base::Bytes& der = root.certificate.der();
  at = der.data();
  ca::X509Ptr certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  must(key != nullptr && certificate != nullptr ? 1 : 0);
  const char* const digest = ca::digest_name_of(algorithm);
  return {
      .key = std::move(key),
      .certificate = std::move(certificate),
      .digest = ca::EvpMdPtr(digest == nullptr ? nullptr : EVP_MD_fetch(nullptr, digest, nullptr))};
}

base::Bytes issue_by_libcrypto(const LibcryptoIssuer& issuer, base::ByteView request) {
  const unsigned char* at = request.data();
  const ca::X509ReqPtr asked(d2i_X509_REQ(nullptr, &at, static_cast<long>(request.size())));
  EVP_PKEY* const key = X509_REQ_get0_pubkey(asked.get());
  must(X509_REQ_verify(asked.get(), key));
  const ca::X509Ptr certificate(X509_new());
  must(X509_set_version(certificate.get(), 2));
  set_serial(*X509_get_serialNumber(certificate.get()));
  must(X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer.certificate.get())));
  must(X509_set_subject_name(certificate.get(), X509_REQ_get_subject_name(asked.get())));
  set_time(X509_getm_notBefore(certificate.get()), "20260201000000Z");
  set_time(X509_getm_notAfter(certificate.get()), "20331231235959Z");
  must(X509_set_pubkey(certificate.get(), key));
  add_extensions(*certificate, *issuer.certificate);
  must(X509_sign(certificate.get(), issuer.key.get(), issuer.digest.get()));
  return ca::written<i2d_X509>(certificate.get());
}

base::Bytes list_by_libcrypto(const LibcryptoIssuer& issuer,
                              const std::vector<ca::Revocation>& revocations) {
  const ca::X509CrlPtr list(X509_CRL_new());
  const ca::Asn1TimePtr time(ASN1_TIME_new());
  must(X509_CRL_set_version(list.get(), 1));
  must(X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(issuer.certificate.get())));
  set_time(time.get(), "20270531000000Z");
  must(X509_CRL_set1_nextUpdate(list.get(), time.get()));
  set_time(time.get(), "20260601000000Z");
  must(X509_CRL_set1_lastUpdate(list.get(), time.get()));
  for (const ca::Revocation& revocation : revocations) {
    add_revocation(*list, revocation, *time);
  }
  must(X509_CRL_sort(list.get()));
  add_list_extensions(*list, *issuer.certificate);
  must(X509_CRL_sign(list.get(), issuer.key.get(), issuer.digest.get()));
  return ca::written<i2d_X509_CRL>(list.get());
}

}  // namespace bench
