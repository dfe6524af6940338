// Many requests in one ceremony, and certificates that follow others: what is bad is refused and
// told, and spoils nothing.

#include <array>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/media.h"
#include "ca/certificate.h"
#include "ca/der.h"
#include "ca/issuer.h"
#include "ca/openssl_ptr.h"
#include "ca/pem.h"
#include "ca/software_key.h"
#include "ceremony/ledger.h"
#include "session/stage.h"
#include "support/ca_commands.h"
#include "support/ca_issuance.h"
#include "support/texts.h"

namespace {

namespace fs = std::filesystem;
using ceremony::PlannedBatch;
using ceremony::PlannedRequest;
using nlohmann::json;
using support::has;

std::string said(const base::Result<void>& done) {
  return done ? "" : done.error().message;
}

// A root in a rehearsal, and what is brought to it.
class Office {
 public:
  explicit Office(const stage::Setting& setting = {}, stage::Hook hook = {})
      : stage_(setting, std::move(hook)) {
    REQUIRE(stage_.generate_root() == "");
  }

  stage::Stage& stage() { return stage_; }
  [[nodiscard]] fs::path in() const { return stage_.out() / "transfer" / "in"; }
  [[nodiscard]] fs::path out(const std::string& record) const {
    return stage_.out() / "transfer" / "out" / record;
  }

  // Brings a file, and gives its line in a list.
  std::string bring(const std::string& name, const std::string& text) {
    support::write_file(in() / name, base::bytes_of(text));
    return base::sha256_hex(base::bytes_of(text)) + "  " + name + "\n";
  }

  // A request of a new device with that serial number.
  std::string bring_device(const std::string& serial) {
    return bring_device(serial, *support::new_key(ca::Algorithm::kP256));
  }
  std::string bring_device(const std::string& serial, ca::SoftwareKey& key) {
    support::RequestParts parts = support::request_parts(key, "unused");
    parts.subject =
        ca::DistinguishedName::of({{"O", "Example"}, {"serialNumber", serial}}).value().der();
    const auto request = ca::SigningRequest::parse(support::signed_request(parts, key));
    return bring(serial + ".csr", request.value().pem());
  }

  PlannedBatch batch_of(const std::string& list) {
    bring("devices.sha256", list);
    return {.list = "devices.sha256",
            .sha256 = base::sha256_hex(base::bytes_of(list)),
            .terms = {.file = {},
                      .sha256 = {},
                      .profile = "device-identity",
                      .not_before = day_of_root(),
                      .not_after = "9999-12-31",
                      .policies = {},
                      .crl_uris = {},
                      .ca_issuer_uris = {"http://pki.example/root.der"},
                      .hardware_type = "2.999.7"}};
  }

  // The day on which the root's certificate begins.
  std::string day_of_root() { return ca::text_of(root().not_before().instant).substr(0, 10); }
  ca::Certificate root() { return certificate_in(stage_.out() / "site-1" / "root.pem"); }

  static ca::Certificate certificate_in(const fs::path& file) {
    const auto objects = ca::read_objects(support::read_file(file));
    REQUIRE(objects.ok());
    return ca::Certificate::parse(objects->front().der).value();
  }

  json results(const std::string& record) {
    const std::string name = record.substr(0, 4) + "-results.json";
    return json::parse(base::text_of(support::read_file(out(record) / name)));
  }

  // A request for a subordinate, one by one.
  PlannedRequest planned(const std::string& name, ca::SoftwareKey& key) {
    const std::string line = bring(name, support::request_for(key, "Example " + name).pem());
    return {.file = name,
            .sha256 = line.substr(0, 64),
            .profile = "subordinate-tls",
            .not_before = day_of_root(),
            .not_after = "2030-01-01",
            .policies = {"2.999.1"},
            .crl_uris = {"http://pki.example/root.crl"},
            .ca_issuer_uris = {}};
  }

 private:
  stage::Stage stage_;
};

base::Bytes number_of(const ca::BignumPtr& number) {
  base::Bytes magnitude(static_cast<std::size_t>(BN_num_bytes(number.get())));
  BN_bn2bin(number.get(), magnitude.data());
  return ca::der_unsigned(magnitude);
}

ca::BignumPtr random_prime() {
  ca::BignumPtr prime(BN_new());
  REQUIRE(BN_generate_prime_ex(prime.get(), 1536, 0, nullptr, nullptr, nullptr) == 1);
  return prime;
}

// An RSA key of these primes, by RFC 8017 appendix A.1.2.
std::unique_ptr<ca::SoftwareKey> rsa_key(const ca::BignumPtr& p, const ca::BignumPtr& q) {
  const ca::OpensslPtr<BN_CTX, BN_CTX_free> context(BN_CTX_new());
  const auto number = [] { return ca::BignumPtr(BN_new()); };
  const auto [n, e, d, dp, dq, inverse] =
      std::array{number(), number(), number(), number(), number(), number()};
  const ca::BignumPtr p1 = number();
  const ca::BignumPtr q1 = number();
  const ca::BignumPtr phi = number();
  BN_set_word(e.get(), 65537);
  BN_mul(n.get(), p.get(), q.get(), context.get());
  BN_sub(p1.get(), p.get(), BN_value_one());
  BN_sub(q1.get(), q.get(), BN_value_one());
  BN_mul(phi.get(), p1.get(), q1.get(), context.get());
  REQUIRE(BN_mod_inverse(d.get(), e.get(), phi.get(), context.get()) != nullptr);
  BN_mod(dp.get(), d.get(), p1.get(), context.get());
  BN_mod(dq.get(), d.get(), q1.get(), context.get());
  BN_mod_inverse(inverse.get(), q.get(), p.get(), context.get());
  base::Bytes numbers = ca::der_unsigned(std::uint64_t{0});
  for (const ca::BignumPtr* each : {&n, &e, &d, &p, &q, &dp, &dq, &inverse}) {
    ca::append(numbers, number_of(*each));
  }
  const base::Bytes algorithm =
      ca::der(ca::DerTag::kSequence,
              {ca::der_object_identifier("1.2.840.113549.1.1.1"), ca::der(ca::DerTag::kNull, {})});
  const base::Bytes pkcs8 =
      ca::der(ca::DerTag::kSequence,
              {ca::der_unsigned(std::uint64_t{0}),
               algorithm,
               ca::der(ca::DerTag::kOctetString, {ca::der(ca::DerTag::kSequence, {numbers})})});
  auto key = ca::SoftwareKey::from_pkcs8(base::SecretBytes::copy_of(pkcs8));
  REQUIRE(key.ok());
  return std::move(key).value();
}

}  // namespace

TEST_CASE("batch: RSA keys with a prime in common are refused, and the others are signed") {
  Office office;
  const ca::BignumPtr common = random_prime();
  const auto one = rsa_key(common, random_prime());
  const auto other = rsa_key(random_prime(), common);
  const auto good = support::new_key(ca::Algorithm::kRsa3072);
  const std::string list = office.bring_device("F-0", *good) + office.bring_device("F-1", *one) +
                           office.bring_device("F-2", *other) + office.bring_device("F-3");
  REQUIRE(said(office.stage().rehearsal().certify({}, office.batch_of(list))) == "");
  const json all = office.results("0002-subordinate-signing").at("results");
  CHECK(all[0].at("result") == "issued");
  CHECK(has(all[1].at("reason").get<std::string>(), "F-2.csr"));
  CHECK(has(all[1].at("reason").get<std::string>(), "key-rsa-shared-prime"));
  CHECK(has(all[2].at("reason").get<std::string>(), "F-1.csr"));
  CHECK(all[3].at("result") == "issued");
}

TEST_CASE("batch: bad requests are refused and told, and the others are signed") {
  Office office;
  const auto shared = support::new_key(ca::Algorithm::kP256);
  std::string list;
  for (int i = 0; i < 14; ++i) {
    list += office.bring_device("A-" + std::to_string(i));
  }
  list += office.bring("no-request.csr", "this is a text\n");
  list += office.bring_device("B-1", *shared);
  list += office.bring_device("B-2", *shared);  // the key of the one before
  const std::string other = office.bring_device("B-3");
  list += std::string(64, 'a') + other.substr(64);  // the digest of another file
  list += std::string(64, 'b') + "  not-brought.csr\n";
  list += office.bring_device("A-14");
  REQUIRE(said(office.stage().rehearsal().certify({}, office.batch_of(list))) == "");

  const json results = office.results("0002-subordinate-signing");
  CHECK(results.at("format") == "conclave-request-results-1");
  CHECK(results.at("ceremony") == "0002-subordinate-signing");
  REQUIRE(results.at("results").size() == 20);
  int issued = 0;
  for (const json& one : results.at("results")) {
    const std::string file = one.at("file");
    CAPTURE(file);
    const bool is_good = file.starts_with("A-") || file == "B-1.csr";
    CHECK((one.at("result") == "issued") == is_good);
    const fs::path made =
        office.out("0002-subordinate-signing") / (fs::path(file).stem().string() + ".pem");
    CHECK(fs::exists(made) == is_good);
    if (is_good) {
      ++issued;
      const ca::Certificate certificate = Office::certificate_in(made);
      CHECK(certificate.verify_with(office.root().public_key_info()).ok());
      CHECK(certificate.not_after().instant == ca::kNoEnd);
      CHECK(base::sha256_hex(certificate.der()) == one.at("certificate_sha256"));
      CHECK(certificate.find(ca::oid::kSubjectAlternativeName) != nullptr);
    }
  }
  CHECK(issued == 16);
  const json& all = results.at("results");
  CHECK(has(all[14].at("reason").get<std::string>(), "this file holds no object in PEM or DER"));
  CHECK(has(all[16].at("reason").get<std::string>(),
            "This key is already used by the request B-1.csr"));
  CHECK(has(all[17].at("reason").get<std::string>(), "its digest differs"));
  CHECK(all[19].at("file") == "A-14.csr");

  const std::string transcript = stage::transcript_of(office.stage(), "0002-subordinate-signing");
  CHECK(support::count_of(transcript, "\"result\":\"refused\"") == 4);
  CHECK(support::count_of(transcript, "\"result\":\"accepted\"") == 16);
  CHECK(support::count_of(transcript, "\"cert.issue\"") == 16);
  CHECK_FALSE(has(transcript, "no-request"));
}

TEST_CASE(
    "batch: of the same key in many requests the first is signed, wherever the others stand") {
  Office office;
  const auto near = support::new_key(ca::Algorithm::kP256);
  const auto far = support::new_key(ca::Algorithm::kP256);
  std::string list;
  std::vector<std::string> expected;
  for (int i = 0; i < 50; ++i) {
    const std::string name = "D-" + std::to_string(i);
    const bool is_near = i == 20 || i == 21;  // looked at beside each other
    const bool is_far = i == 3 || i == 19 || i == 49;
    if (is_near || is_far) {
      list += office.bring_device(name, is_near ? *near : *far);
    } else {
      list += office.bring_device(name);
    }
    const bool is_second = i == 21 || i == 19 || i == 49;
    const char* const first = is_near ? "the request D-20.csr" : "the request D-3.csr";
    expected.emplace_back(is_second ? first : "");
  }
  REQUIRE(said(office.stage().rehearsal().certify({}, office.batch_of(list))) == "");

  const json all = office.results("0002-subordinate-signing").at("results");
  REQUIRE(all.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CAPTURE(i);
    CHECK(all[i].at("file") == "D-" + std::to_string(i) + ".csr");
    CHECK((all[i].at("result") == "issued") == expected[i].empty());
    CHECK(has(all[i].value("reason", ""), expected[i]));
  }
}

TEST_CASE("batch: one that ended half-way in writing is written whole when it is done again") {
  std::unique_ptr<Office> office;
  int refusals = 0;
  const auto obstacle = [&] { return office->out("0002-subordinate-signing") / "E-30.pem"; };
  stage::Setting setting;
  setting.mend = [&] {
    ++refusals;
    return fs::remove(obstacle());
  };
  office = std::make_unique<Office>(
      setting, [&](const ceremony::client::StepView& step, ceremony::client::Input&) {
        if (step.ceremony == "subordinate-signing" && step.id == "deliver" && refusals == 0) {
          fs::create_directories(obstacle().parent_path());
          support::write_file(obstacle(), base::bytes_of("somebody else's\n"));
        }
      });
  std::string list;
  for (int i = 0; i < 60; ++i) {
    list += office->bring_device("E-" + std::to_string(i));
  }
  REQUIRE(said(office->stage().rehearsal().certify({}, office->batch_of(list))) == "");
  CHECK(refusals == 1);
  const base::Bytes key = office->root().public_key_info();
  for (int i = 0; i < 60; ++i) {
    const fs::path made =
        office->out("0002-subordinate-signing") / ("E-" + std::to_string(i) + ".pem");
    CHECK(Office::certificate_in(made).verify_with(key).ok());
  }
}

TEST_CASE("batch: where nothing can be signed, nothing is written") {
  Office office;
  const std::string list =
      office.bring("one.csr", "nothing\n") + office.bring("two.csr", "either\n");
  CHECK(has(said(office.stage().rehearsal().certify({}, office.batch_of(list))),
            "no request can be signed: one.csr: "));
  CHECK_FALSE(fs::exists(office.out("0002-subordinate-signing")));
}

TEST_CASE("batch: a list that the plan was not reviewed with is not taken") {
  Office office;
  const PlannedBatch batch = office.batch_of(office.bring_device("A-1"));
  office.bring("devices.sha256", office.bring_device("A-1") + office.bring_device("A-2"));
  CHECK(has(said(office.stage().rehearsal().certify({}, batch)),
            "the list devices.sha256 is not the one that the plan was reviewed with"));
  CHECK_FALSE(fs::exists(office.out("0002-subordinate-signing")));
}

TEST_CASE("batch: a list's lines are of one form, and no two give one certificate") {
  const PlannedBatch batch;
  const std::string digest(64, 'a');
  const auto message = [&](const std::string& list) {
    const auto read = ceremony::requests_of_list(list, batch);
    return read ? "" : read.error().message;
  };
  CHECK(message(digest + "  a.csr\n" + digest + "  b.csr\n") == "");
  CHECK(message(digest + "  a.csr") == "");
  const char* const form =
      "line 2 of the list is not a SHA-256, two spaces and the bare name of a file; have it made "
      "again by sha256sum in the folder of the requests";
  for (const std::string& line : {std::string(),
                                  digest + " a.csr",
                                  digest + " *a.csr",
                                  digest + "  ",
                                  digest + "  ../a.csr",
                                  digest + "  ..",
                                  std::string(64, 'A') + "  a.csr",
                                  std::string(63, 'a') + "   a.csr"}) {
    CHECK(message(digest + "  first.csr\n" + line + "\n" + digest + "  b.csr\n") == form);
  }
  CHECK(has(message(digest + "  a.csr\n" + digest + "  A.pem\n"),
            "line 2 of the list would give a second certificate of the name \"a.pem\""));
  CHECK(has(message(digest + "  a.csr\n" + digest + "  a-chain.csr\n"), "a-chain.pem"));
  CHECK(message("") == "the list is empty, so there is nothing to sign");
  std::string many;
  for (std::size_t i = 0; i <= ceremony::kLargestBatch; ++i) {
    many += digest + "  " + std::to_string(i) + ".csr\n";
  }
  CHECK(has(message(many), "line 10001 of the list is one too many for one ceremony"));
}

TEST_CASE("succession in a ceremony: renewal, re-key, and what they may not be") {
  Office office;
  const auto key = support::new_key(ca::Algorithm::kP256);
  PlannedRequest first = office.planned("tls.csr", *key);
  REQUIRE(said(office.stage().rehearsal().certify({first})) == "");
  const fs::path made = office.out("0002-subordinate-signing") / "tls.pem";
  const ca::Certificate before = Office::certificate_in(made);
  const std::string pem(base::text_of(support::read_file(made)));

  PlannedRequest renewal = office.planned("again.csr", *key);
  renewal.not_after = "2031-01-01";
  CHECK(has(said(office.stage().rehearsal().certify({renewal})), "This key is already used"));
  renewal.follows = {{.as = "renewal",
                      .file = "before.pem",
                      .sha256 = office.bring("before.pem", pem).substr(0, 64)}};
  // The refused ceremony is closed by hand; the next one begins its folder anew.
  fs::remove_all(office.stage().out() / "record" / "confidential" / "0003-subordinate-signing");
  fs::remove_all(office.stage().out() / "record" / "public" / "0003-subordinate-signing");
  const auto other = support::new_key(ca::Algorithm::kP256);
  PlannedRequest rekey = office.planned("newkey.csr", *other);
  rekey.follows = renewal.follows;
  rekey.follows[0].as = "re-key";
  REQUIRE(said(office.stage().rehearsal().certify({renewal, rekey})) == "");
  const fs::path folder = office.out("0003-subordinate-signing");
  const ca::Certificate renewed = Office::certificate_in(folder / "again.pem");
  CHECK(renewed.subject() == before.subject());
  CHECK(renewed.public_key_info() == before.public_key_info());
  CHECK(renewed.known().subject_key_identifier == before.known().subject_key_identifier);
  CHECK(renewed.serial() != before.serial());
  const ca::Certificate rekeyed = Office::certificate_in(folder / "newkey.pem");
  CHECK(rekeyed.subject() == before.subject());
  CHECK(rekeyed.public_key_info() == other->public_key_info());
}

TEST_CASE("succession in a ceremony: another root is certified as its own certificate says") {
  Office office;
  const support::TestRoot theirs =
      support::make_root(ca::Algorithm::kP384, support::root_plan_of_today());
  PlannedRequest cross = office.planned("cross.csr", *theirs.key);
  cross.profile = "cross-certificate";
  CHECK(has(said(office.stage().rehearsal().certify({cross})),
            "the profile takes the name from the other CA's own certificate"));
  fs::remove_all(office.stage().out() / "record" / "confidential" / "0002-subordinate-signing");
  fs::remove_all(office.stage().out() / "record" / "public" / "0002-subordinate-signing");

  const std::string own = office.bring("theirs.pem", theirs.certificate.pem()).substr(0, 64);
  cross.follows = {{.as = "cross", .file = "theirs.pem", .sha256 = own}};
  PlannedRequest renewal = office.planned("strange.csr", *support::new_key(ca::Algorithm::kP256));
  renewal.follows = {{.as = "renewal", .file = "theirs.pem", .sha256 = own}};
  REQUIRE(said(office.stage().rehearsal().certify({cross, renewal})) == "");
  const ca::Certificate made =
      Office::certificate_in(office.out("0002-subordinate-signing") / "cross.pem");
  CHECK(made.subject() == theirs.certificate.subject());
  CHECK(made.known().subject_key_identifier == theirs.certificate.known().subject_key_identifier);
  const json results = office.results("0002-subordinate-signing");
  CHECK(has(results.at("results")[1].at("reason").get<std::string>(),
            "the certificate that is to be followed was not issued by this root"));
}
