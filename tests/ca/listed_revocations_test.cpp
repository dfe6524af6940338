// The entries of CRLs, ours and strange ones, are read as OpenSSL reads them.

#include "ca/listed_revocations.h"

#include <algorithm>
#include <random>

#include <doctest/doctest.h>
#include <openssl/rsa.h>

#include "base/text_encoding.h"
#include "ca/certificate_builder.h"
#include "ca/revocation_list_builder.h"
#include "ca/serial_number.h"
#include "ca/signature_algorithm.h"
#include "support/ca_issuance.h"
#include "support/crl_oracle.h"

namespace {

using namespace ca;
using support::at;

base::Bytes entry_of(base::ByteView serial,
                     const base::Bytes& time,
                     const std::vector<Extension>& extensions) {
  const base::Bytes behind = extensions.empty() ? base::Bytes() : encode(extensions);
  return der(DerTag::kSequence, {der(DerTag::kInteger, {serial}), time, behind});
}

Extension reason_extension(std::uint8_t reason, Criticality criticality) {
  return {.oid = std::string(oid::kReasonCode),
          .criticality = criticality,
          .value = encode_reason(reason)};
}

// Entries of every form, and their list.
base::Bytes strange_entries() {
  const base::Bytes date = der_time(at("2026-05-01T12:00:00Z"));
  const base::Bytes serial = new_serial_number();
  const Extension plain = reason_extension(1, Criticality::kNotCritical);
  const Extension other{
      .oid = "2.5.29.24",  // invalidityDate
      .value = der(DerTag::kGeneralizedTime, {base::bytes_of("20260401000000Z")})};
  base::Bytes list;
  for (const base::Bytes& each :
       {entry_of(serial, date, {}),
        entry_of(base::Bytes{0x7f}, date, {plain}),
        entry_of(base::Bytes{0x85, 0x01}, date, {plain}),
        entry_of(base::Bytes(25, 0x11), date, {plain}),
        entry_of(base::Bytes(150, 0x11), date, {}),
        entry_of(serial, der_time(at("2051-05-01T12:00:00Z")), {plain}),
        entry_of(
            serial, der(DerTag::kGeneralizedTime, {base::bytes_of("20260501000000Z")}), {plain}),
        entry_of(serial, date, {reason_extension(1, Criticality::kCritical)}),
        entry_of(serial, date, {reason_extension(0x7f, Criticality::kNotCritical)}),
        entry_of(serial, date, {other}),
        entry_of(serial, date, {plain, other}),
        entry_of(serial, date, {plain, plain}),
        entry_of(serial, date, {plain})}) {
    append(list, each);
  }
  return der(DerTag::kSequence, {list});
}

struct SignedList {
  support::TestRoot root = support::make_root(Algorithm::kP256);
  base::Bytes tbs;
  base::Bytes whole;

  explicit SignedList(base::Bytes entries) {
    const CertificateProfile profile = support::profile_named("crl");
    RevocationListPlan plan;
    plan.this_update = at("2026-06-01T00:00:00Z");
    plan.next_update = at("2027-05-31T23:59:59Z");
    const DistinguishedName& issuer = root.certificate.subject();
    TbsRevocationList parts = build_revocation_list({.profile = profile,
                                                     .plan = plan,
                                                     .issuer = root.certificate,
                                                     .issued = IssuedCertificates(issuer),
                                                     .revocations = Revocations(issuer)})
                                  .value()
                                  .tbs;
    const base::Bytes algorithm = parts.algorithm;
    parts.entries = std::move(entries);
    tbs = encode(std::move(parts));
    whole =
        assemble({.tbs = tbs, .algorithm = algorithm, .signature = root.key->sign(tbs).value()});
  }
};

// The same CRL signed anew by OpenSSL, in a way of signing that we know nothing of.
base::Bytes signed_anew(base::ByteView der, EVP_PKEY& key, const EVP_MD* digest, int padding) {
  const unsigned char* from = der.data();
  const X509CrlPtr crl(d2i_X509_CRL(nullptr, &from, static_cast<long>(der.size())));
  const EvpMdCtxPtr context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* settings = nullptr;
  REQUIRE(EVP_DigestSignInit(context.get(), &settings, digest, nullptr, &key) == 1);
  REQUIRE(EVP_PKEY_CTX_set_rsa_padding(settings, padding) == 1);
  REQUIRE(X509_CRL_sign_ctx(crl.get(), context.get()) > 0);
  return written<i2d_X509_CRL>(crl.get());
}

}  // namespace

TEST_CASE("listed revocations: entries of every form are read as OpenSSL reads them") {
  const SignedList list(strange_entries());
  const auto read = RevocationList::parse(list.whole);
  REQUIRE(read.ok());
  CHECK(read->entries().size() == 13);
  CHECK(support::is_read_as_by_openssl(list.whole));
  CHECK(read->verify_with(list.root.certificate.public_key_info()).ok());
}

TEST_CASE("listed revocations: any octet changed, OpenSSL and this reader still agree") {
  const SignedList list(strange_entries());
  std::string disagreements;
  std::size_t taken = 0;
  for (std::size_t i = 0; i < list.whole.size(); ++i) {
    std::vector<base::Bytes> changed(4, list.whole);
    changed[0][i] ^= 0x01U;
    changed[1][i] ^= static_cast<std::uint8_t>(1U << i % 8);
    changed[2][i] ^= 0xffU;
    changed[3].erase(changed[3].begin() + static_cast<std::ptrdiff_t>(i));
    for (const base::Bytes& each : changed) {
      disagreements += support::is_read_as_by_openssl(each) ? "" : base::to_hex(each) + "\n";
    }
    taken += RevocationList::parse(changed[0]).ok() ? 1U : 0U;
  }
  CHECK(disagreements == "");
  CHECK(taken > 100);  // other serial numbers, dates and signatures: not all was refused
}

TEST_CASE("listed revocations: parts of a CRL left out, doubled or exchanged") {
  const SignedList list(strange_entries());
  base::ByteView rest = contents_of(list.tbs);
  std::vector<base::Bytes> parts;
  while (!rest.empty()) {
    const base::ByteView value = take_value(rest);
    parts.emplace_back(value.begin(), value.end());
  }
  REQUIRE(parts.size() == 7);
  const auto agrees = [&](const std::vector<base::Bytes>& changed) {
    base::Bytes contents;
    for (const base::Bytes& part : changed) {
      append(contents, part);
    }
    return support::is_read_as_by_openssl(
        assemble({.tbs = der(DerTag::kSequence, {contents}),
                  .algorithm = signature_algorithm_of(Algorithm::kP256),
                  .signature = {}}));
  };
  CHECK(agrees(parts));
  for (std::size_t i = 0; i < parts.size(); ++i) {
    CAPTURE(i);
    const auto place = static_cast<std::ptrdiff_t>(i);
    std::vector<base::Bytes> changed = parts;
    changed.erase(changed.begin() + place);
    CHECK(agrees(changed));
    changed = parts;
    changed.insert(changed.begin() + place, parts[i]);
    CHECK(agrees(changed));
    for (std::size_t other = i + 1; other < parts.size(); ++other) {
      changed = parts;
      std::swap(changed[i], changed[other]);
      CHECK(agrees(changed));
    }
  }
}

TEST_CASE("listed revocations: a CRL in BER is read, and its signature counts") {
  const SignedList list(strange_entries());
  base::Bytes ber{0x30, 0x80};  // a length that is not said
  append(ber, contents_of(list.whole));
  append(ber, base::Bytes{0x00, 0x00});
  CHECK(support::is_read_as_by_openssl(ber));
  const auto read = RevocationList::parse(ber, Encoding::kWhateverIsFound);
  REQUIRE(read.ok());
  CHECK(read->entries().size() == 13);
  CHECK(read->verify_with(list.root.certificate.public_key_info()).ok());
  ber[ber.size() - 3] ^= 1U;
  const auto forged = RevocationList::parse(ber, Encoding::kWhateverIsFound);
  REQUIRE(forged.ok());
  CHECK_FALSE(forged->verify_with(list.root.certificate.public_key_info()).ok());
}

TEST_CASE("listed revocations: an empty list is none, and is known as one") {
  const SignedList list(der(DerTag::kSequence, {}));
  const auto read = RevocationList::parse(list.whole);
  REQUIRE(read.ok());
  CHECK(read->has_empty_list());
  CHECK(read->entries().empty());
  CHECK(read->entries().begin() == ListedRevocations::end());
}

TEST_CASE("CRL: signatures of every kind are verified, and by their own key only") {
  const SignedList list(strange_entries());
  const base::Bytes inner = signature_algorithm_of(Algorithm::kP256);
  const auto ed25519 = support::new_key(Algorithm::kEd25519);
  for (const Algorithm algorithm : {Algorithm::kP256,
                                    Algorithm::kP384,
                                    Algorithm::kP521,
                                    Algorithm::kRsa3072,
                                    Algorithm::kEd25519}) {
    CAPTURE(name_of(algorithm));
    const auto key = support::new_key(algorithm);
    const base::Bytes outer = signature_algorithm_of(algorithm);
    base::Bytes contents(contents_of(list.tbs).begin(), contents_of(list.tbs).end());
    const auto place = std::search(contents.begin(), contents.end(), inner.begin(), inner.end());
    REQUIRE(place == contents.begin() + 3);
    contents.erase(place, place + static_cast<std::ptrdiff_t>(inner.size()));
    contents.insert(contents.begin() + 3, outer.begin(), outer.end());
    const base::Bytes tbs = der(DerTag::kSequence, {contents});
    base::Bytes signature = key->sign(tbs).value();
    const auto verifies = [&](base::ByteView algorithm_beside, base::ByteView public_key_info) {
      const auto read = RevocationList::parse(
          assemble({.tbs = tbs, .algorithm = algorithm_beside, .signature = signature}));
      REQUIRE(read.ok());
      return read->verify_with(public_key_info).ok();
    };
    CHECK(verifies(outer, key->public_key_info()));
    CHECK_FALSE(verifies(outer, list.root.certificate.public_key_info()));
    CHECK_FALSE(verifies(outer, ed25519->public_key_info()));
    CHECK_FALSE(verifies(outer, base::Bytes{0x30, 0x00}));
    CHECK_FALSE(verifies(signature_algorithm_of(Algorithm::kRsa4096), key->public_key_info()));
    signature.back() ^= 1U;
    CHECK_FALSE(verifies(outer, key->public_key_info()));
  }
}

TEST_CASE("CRL: signatures that we would not make are verified by OpenSSL") {
  const SignedList list(strange_entries());
  const EvpPkeyPtr key(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048}));
  const base::Bytes public_key_info = public_key_info_of(*key).value();
  for (const auto& [digest, padding] : {std::pair{EVP_sha256(), RSA_PKCS1_PSS_PADDING},
                                        std::pair{EVP_sha1(), RSA_PKCS1_PADDING},
                                        std::pair{EVP_sha256(), RSA_PKCS1_PADDING}}) {
    base::Bytes whole = signed_anew(list.whole, *key, digest, padding);
    const auto read = RevocationList::parse(whole, Encoding::kWhateverIsFound);
    REQUIRE(read.ok());
    CHECK(read->verify_with(public_key_info).ok());
    whole.back() ^= 1U;
    CHECK_FALSE(RevocationList::parse(whole, Encoding::kWhateverIsFound)
                    ->verify_with(public_key_info)
                    .ok());
  }
}

TEST_CASE("CRL: bits behind a signature's end are not taken") {
  SignedList list(strange_entries());
  const base::ByteView view = list.whole;
  base::ByteView rest = contents_of(view);
  take_value(rest);
  take_value(rest);
  const auto unused = static_cast<std::size_t>(contents_of(rest).data() - view.data());
  REQUIRE(list.whole[unused] == 0);
  list.whole[unused] = 1;
  list.whole.back() &= 0xfeU;
  const auto read = RevocationList::parse(list.whole);
  REQUIRE(read.ok());
  CHECK_FALSE(read->verify_with(list.root.certificate.public_key_info()).ok());
}

TEST_CASE("CRL: its bytes are given away, and copied where another still has them") {
  const SignedList list(strange_entries());
  RevocationList one = RevocationList::parse(list.whole).value();
  const RevocationList other = one;
  CHECK(std::move(one).take_der() == list.whole);
  CHECK(other.der() == list.whole);
  CHECK(RevocationList(other).take_der() == list.whole);
  CHECK(other.der() == list.whole);
}
