// Our templates take apart what OpenSSL's own take apart, and nothing else.

#include "ca/asn1_forms.h"

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "ca/der.h"
#include "ca/form_signature.h"
#include "ca/openssl_error.h"
#include "ca/openssl_fields.h"
#include "ca/public_key.h"
#include "support/ca_issuance.h"

using namespace ca;

namespace {

X509Ptr openssl_certificate(base::ByteView der) {
  const unsigned char* at = der.data();
  X509Ptr x509(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  forget_openssl_errors();
  return at == der.data() + der.size() ? std::move(x509) : nullptr;
}

X509ReqPtr openssl_request(base::ByteView der) {
  const unsigned char* at = der.data();
  X509ReqPtr request(d2i_X509_REQ(nullptr, &at, static_cast<long>(der.size())));
  forget_openssl_errors();
  return at == der.data() + der.size() ? std::move(request) : nullptr;
}

std::vector<base::Bytes> good_certificates() {
  std::vector<base::Bytes> all;
  for (const Algorithm algorithm :
       {Algorithm::kP256, Algorithm::kP384, Algorithm::kEd25519, Algorithm::kRsa3072}) {
    const support::TestRoot root = support::make_root(algorithm, support::root_plan_of_today());
    all.push_back(root.certificate.der());
    for (const char* profile : {"subordinate-general", "device-identity", "code-signing"}) {
      all.push_back(support::make_certificate(root, profile, Algorithm::kP256).certificate.der());
    }
  }
  return all;
}

std::vector<base::Bytes> good_requests() {
  std::vector<base::Bytes> all;
  for (const Algorithm algorithm : {Algorithm::kP256, Algorithm::kEd25519, Algorithm::kRsa3072}) {
    const auto key = support::new_key(algorithm);
    all.push_back(support::request_for(*key, "Example").der());
  }
  return all;
}

// One byte changed, put in or left out.
base::Bytes mutant_of(base::Bytes der, std::minstd_rand& random) {
  const auto at = static_cast<std::ptrdiff_t>(random() % der.size());
  const auto value = static_cast<std::uint8_t>(random());
  switch (random() % 4) {
    case 0:
      der.erase(der.begin() + at);
      break;
    case 1:
      der.insert(der.begin() + at, value);
      break;
    default:
      der[static_cast<std::size_t>(at)] = value;
  }
  return der;
}

}  // namespace

TEST_CASE("forms: of 40,000 mutants ours takes exactly those that OpenSSL takes") {
  const unsigned seed = std::random_device()();
  MESSAGE("seed ", seed);
  std::minstd_rand random(seed);
  const std::vector<base::Bytes> certificates = good_certificates();
  const std::vector<base::Bytes> requests = good_requests();
  int taken = 0;
  for (int i = 0; i < 20'000; ++i) {
    const base::Bytes certificate = mutant_of(certificates[random() % certificates.size()], random);
    const base::Bytes request = mutant_of(requests[random() % requests.size()], random);
    const bool takes_certificate = read_certificate_form(certificate) != nullptr;
    const bool takes_request = read_request_form(request) != nullptr;
    taken += takes_certificate ? 1 : 0;
    taken += takes_request ? 1 : 0;
    REQUIRE(takes_certificate == (openssl_certificate(certificate) != nullptr));
    REQUIRE(takes_request == (openssl_request(request) != nullptr));
  }
  forget_openssl_errors();
  MESSAGE(taken, " of 40,000 were taken");
  CHECK(taken > 1'000);
  CHECK(taken < 39'000);
}

TEST_CASE("forms: what is written anew is what stood there") {
  for (const base::Bytes& der : good_certificates()) {
    const CertificateFormPtr form = read_certificate_form(der);
    const X509Ptr x509 = openssl_certificate(der);
    CHECK(std::ranges::equal(written_anew(*form->info), first_value(contents_of(der))));
    CHECK(written_anew(*form->info->public_key_info) ==
          written<i2d_X509_PUBKEY>(X509_get_X509_PUBKEY(x509.get())));
  }
  for (const base::Bytes& der : good_requests()) {
    const RequestFormPtr form = read_request_form(der);
    CHECK(std::ranges::equal(written_anew(*form->info), first_value(contents_of(der))));
  }
}

TEST_CASE("forms: a signature is one by OpenSSL's word, too, and a flipped bit ends it") {
  for (const Algorithm algorithm : {Algorithm::kP256,
                                    Algorithm::kP384,
                                    Algorithm::kP521,
                                    Algorithm::kEd25519,
                                    Algorithm::kRsa3072}) {
    const support::TestRoot root = support::make_root(algorithm);
    const base::Bytes& der = root.certificate.der();
    const EvpPkeyPtr key = read_public_key(root.certificate.public_key_info()).value();
    CAPTURE(name_of(algorithm));
    for (std::size_t at = 0; at <= der.size(); at += 3) {
      base::Bytes changed = der;
      if (at < der.size()) {
        changed[at] ^= 0x01U;
      }
      const X509Ptr x509 = openssl_certificate(changed);
      const auto certificate = Certificate::parse(changed, Encoding::kWhateverIsFound);
      if (x509 == nullptr || !certificate) {
        continue;
      }
      const bool is_signed = certificate->verify_with(root.certificate.public_key_info()).ok();
      REQUIRE(is_signed == (X509_verify(x509.get(), key.get()) == 1));
      CHECK(is_signed == (at >= der.size()));
    }
  }
}

TEST_CASE("forms: another key has not signed, and one of another kind neither") {
  const support::TestRoot one = support::make_root(Algorithm::kP256);
  for (const Algorithm algorithm : {Algorithm::kP256, Algorithm::kP384, Algorithm::kRsa3072}) {
    const support::TestRoot other = support::make_root(algorithm);
    const EvpPkeyPtr key = read_public_key(other.certificate.public_key_info()).value();
    FormSignature form = form_signature_of(one.certificate.der());
    CHECK(is_signed_by(form, *key) == false);
    form.outer_algorithm = {};
    CHECK_FALSE(is_signed_by(form, *key).has_value());
  }
}

TEST_CASE("public key: more keys than are kept are read right, in any order") {
  std::vector<std::unique_ptr<SoftwareKey>> keys;
  for (int i = 0; i < 40; ++i) {
    keys.push_back(support::new_key(Algorithm::kP256));
  }
  for (int turn = 0; turn < 3; ++turn) {
    for (const auto& key : keys) {
      const EvpPkeyPtr read = read_public_key(key->public_key_info()).value();
      CHECK(public_key_info_of(*read).value() == key->public_key_info());
    }
  }
}
