// `conclave request check` with everything that a request can be compared with.

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include "base/digest.h"
#include "base/digest_words.h"
#include "ca/der.h"
#include "ca/issuer.h"
#include "ca/key_blocklist.h"
#include "support/ca_commands.h"
#include "support/ca_issuance.h"
#include "support/temporary_folder.h"
#include "support/texts.h"

namespace {

using namespace ca;
using nlohmann::json;
using support::has;
using Words = std::vector<std::string>;

// A folder with requests in it, and the command run on them.
struct Desk {
  support::TemporaryFolder folder;

  [[nodiscard]] std::string path(const std::string& name) const { return (folder / name).string(); }

  void plant(const std::string& name, const std::string& text) const {
    support::plant(folder / name, text);
  }

  // A good request for a new key, in a file of that name.
  [[nodiscard]] SigningRequest request(const std::string& name,
                                       Algorithm algorithm = Algorithm::kP256) const {
    const auto key = support::new_key(algorithm);
    SigningRequest made = support::request_for(*key, "Example CA");
    plant(name, made.pem());
    return made;
  }

  [[nodiscard]] support::CommandOutcome check(Words arguments) const {
    arguments.insert(arguments.begin(), {"request", "check"});
    return support::run_command(CONCLAVE_PROGRAM, arguments);
  }

  [[nodiscard]] json checked(Words arguments, int exit_code) const {
    arguments.insert(arguments.begin(), "--json");
    const support::CommandOutcome outcome = check(std::move(arguments));
    INFO(outcome.output);
    CHECK(outcome.exit_code == exit_code);
    return json::parse(outcome.output);
  }
};

// The rules above a notice, each with the name of its file.
Words faults_in(const json& document) {
  Words rules;
  for (const json& finding : document.at("findings")) {
    if (finding.at("severity") != "notice") {
      rules.push_back(
          std::filesystem::path(finding.at("file").get<std::string>()).filename().string() + ": " +
          finding.at("rule").get<std::string>());
    }
  }
  return rules;
}

// RSA keys with one prime in common. Nobody has their private halves here.
std::vector<base::Bytes> keys_with_a_common_prime(std::size_t count) {
  const OpensslPtr<BN_CTX, BN_CTX_free> context(BN_CTX_new());
  const BignumPtr common(BN_new());
  BN_generate_prime_ex(common.get(), 1024, 0, nullptr, nullptr, nullptr);
  const BignumPtr exponent(BN_new());
  BN_set_word(exponent.get(), 65537);
  std::vector<base::Bytes> keys;
  while (keys.size() < count) {
    const BignumPtr other(BN_new());
    const BignumPtr modulus(BN_new());
    BN_generate_prime_ex(other.get(), 1024, 0, nullptr, nullptr, nullptr);
    BN_mul(modulus.get(), common.get(), other.get(), context.get());
    const OpensslPtr<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
    const OpensslPtr<OSSL_PARAM, OSSL_PARAM_free> parameters(
        OSSL_PARAM_BLD_to_param(builder.get()));
    const EvpPkeyCtxPtr making(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
    EVP_PKEY_fromdata_init(making.get());
    EVP_PKEY* key = nullptr;
    REQUIRE(EVP_PKEY_fromdata(making.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) == 1);
    const EvpPkeyPtr owned(key);
    if (BN_num_bits(modulus.get()) == 2048) {
      keys.push_back(public_key_info_of(*owned).value());
    }
  }
  return keys;
}

// A request for that key, signed by another one: nobody can sign with it.
std::string request_without_proof(const base::Bytes& public_key_info) {
  const auto key = support::new_key(Algorithm::kP256);
  support::RequestParts parts = support::request_parts(*key, "Example CA");
  parts.public_key_info = public_key_info;
  return std::string(base::text_of(support::signed_request(parts, *key)));
}

}  // namespace

TEST_CASE(
    "request check: the JSON has subject, key, digests and what was asked for, of each file") {
  const Desk desk;
  const SigningRequest request = desk.request("good.pem");
  desk.plant("bad.der", "no request");
  const json document = desk.checked({desk.path("good.pem"), desk.path("bad.der")}, 1);
  CHECK(document.at("format") == "conclave-request-check-1");
  CHECK(document.at("profile").is_null());
  CHECK(document.at("issuer").is_null());
  CHECK(document.at("history").is_null());
  CHECK(document.at("blocklist").is_null());
  REQUIRE(document.at("requests").size() == 2);
  const json& good = document.at("requests")[0];
  const base::Digest file = base::sha256(base::bytes_of(request.pem()));
  CHECK(good.at("file") == desk.path("good.pem"));
  CHECK(good.at("ok") == true);
  CHECK(good.at("file_sha256") == base::digest_hex(file));
  CHECK(good.at("file_words") == base::digest_words(file));
  CHECK(good.at("der_sha256") == base::digest_hex(request.digest()));
  CHECK(good.at("subject") == "C=DE, O=Example Devices, CN=Example CA");
  CHECK(good.at("key") == "p-256");
  CHECK(good.at("public_key_sha256") == base::sha256_hex(request.public_key_info()));
  CHECK(good.at("extensions").empty());
  const json& bad = document.at("requests")[1];
  CHECK(bad.at("ok") == false);
  CHECK_FALSE(bad.contains("subject"));
  CHECK(bad.at("file_sha256") == base::sha256_hex(base::bytes_of("no request")));
}

TEST_CASE("request check: extensions that openssl asked for are shown, and never copied") {
  const Desk desk;
  REQUIRE(support::run_command("openssl",
                               {"req",
                                "-newkey",
                                "ec",
                                "-pkeyopt",
                                "ec_paramgen_curve:P-256",
                                "-nodes",
                                "-keyout",
                                "/dev/null",
                                "-subj",
                                "/CN=Example",
                                "-addext",
                                "basicConstraints=critical,CA:TRUE,pathlen:3",
                                "-out",
                                desk.path("asks.pem")})
              .exit_code == 0);
  const json document = desk.checked({desk.path("asks.pem")}, 0);
  const json& asked = document.at("requests")[0].at("extensions")[0];
  CHECK(asked.at("oid") == "2.5.29.19");
  CHECK(asked.at("name") == "basicConstraints");
  CHECK(asked.at("critical") == true);
  CHECK(asked.at("text") == "CA:TRUE, pathlen:3");
  CHECK(asked.at("der") == "30060101ff020103");
  const support::CommandOutcome text = desk.check({desk.path("asks.pem")});
  CHECK(has(text.output, "asks for:        basicConstraints (critical): CA:TRUE, pathlen:3"));
  CHECK(has(text.output, "which will not be copied: the plan decides."));
}

TEST_CASE("request check: a profile has its say about key and name") {
  const Desk desk;
  (void)desk.request("good.pem");
  const auto key = support::new_key(Algorithm::kP256);
  support::RequestParts parts = support::request_parts(*key, "-");
  parts.subject =
      DistinguishedName::of({{"O", "Example Devices"}, {"street", "High Street"}}).value().der();
  desk.plant("name.der", std::string(base::text_of(support::signed_request(parts, *key))));
  const Words files{desk.path("good.pem"), desk.path("name.der")};
  const json document = desk.checked({"--profile", "subordinate-tls", files[0], files[1]}, 1);
  CHECK(document.at("profile") == "subordinate-tls");
  CHECK(faults_in(document) ==
        Words{"name.der: subject-attribute-missing", "name.der: subject-attribute-not-in-profile"});
  CHECK(desk.checked(files, 0).at("ok") == true);  // without one nobody minds

  desk.plant("narrow.toml",
             support::content_of(TEST_VECTORS "/../../ca/profiles/code-signing.toml"));
  std::string narrow = support::content_of(desk.folder / "narrow.toml");
  narrow.replace(narrow.find("\"code-signing\""), 14, "\"narrow\"");
  narrow.replace(narrow.find("\"p-256\", "), 9, "");
  desk.plant("narrow.toml", narrow);
  CHECK(faults_in(desk.checked({"--profile", desk.path("narrow.toml"), files[0]}, 1)) ==
        Words{"good.pem: key-kind-not-in-profile"});
}

TEST_CASE("request check: where the plan gives the name, the request's does not count") {
  const Desk desk;
  const auto key = support::new_key(Algorithm::kP256);
  support::RequestParts parts = support::request_parts(*key, "-");
  parts.subject = DistinguishedName::of({{"street", "High Street"}}).value().der();
  desk.plant("name.der", std::string(base::text_of(support::signed_request(parts, *key))));
  std::string profile = support::content_of(TEST_VECTORS "/../../ca/profiles/subordinate-tls.toml");
  profile.replace(profile.find("plan-or-request"), 15, "plan");
  profile.replace(profile.find("subordinate-tls"), 15, "named");
  desk.plant("named.toml", profile);
  CHECK(faults_in(desk.checked({"--profile", desk.path("named.toml"), desk.path("name.der")}, 0))
            .empty());
}

TEST_CASE("request check: profiles that are none, or not for requests, stop it") {
  const Desk desk;
  (void)desk.request("good.pem");
  const auto refusal = [&](const std::string& profile) {
    const support::CommandOutcome outcome =
        desk.check({"--profile", profile, desk.path("good.pem")});
    CHECK(outcome.exit_code == 1);
    return outcome.output;
  };
  CHECK(has(refusal("root"), "the profile \"root\" is not for requests"));
  CHECK(has(refusal("crl"), "the profile \"crl\" is not for requests"));
  CHECK(has(refusal("no-such-profile"), "no-such-profile"));
  CHECK(desk.check({"--profile", "", desk.path("good.pem")}).exit_code == 2);
}

TEST_CASE("request check: a key or name of the issuer, and a key of the history, are known again") {
  const Desk desk;
  const support::TestRoot root = support::make_root(Algorithm::kP256);
  desk.plant("root.pem", root.certificate.pem());
  desk.plant("issuer.csr", support::request_for(*root.key, "Example CA").pem());
  const auto key = support::new_key(Algorithm::kP256);
  support::RequestParts same_name = support::request_parts(*key, "Example Root");
  desk.plant("name.csr", std::string(base::text_of(support::signed_request(same_name, *key))));
  const Words files{desk.path("issuer.csr"), desk.path("name.csr")};
  const json with_issuer = desk.checked(
      {"--issuer", desk.path("root.pem"), "--profile", "subordinate-tls", files[0], files[1]}, 1);
  CHECK(with_issuer.at("issuer") == "C=DE, O=Example Devices, CN=Example Root");
  CHECK(faults_in(with_issuer) == Words{"issuer.csr: request-key-already-used",
                                        "issuer.csr: key-of-issuer",
                                        "name.csr: subject-is-issuer"});

  // In a folder other files may lie, too; the certificate is found below it and in a list.
  desk.plant("old/note.txt", "no certificate\n");
  desk.plant("old/2025/list.pem",
             support::make_root(Algorithm::kP384).certificate.pem() + root.certificate.pem());
  const json with_history = desk.checked({"--history", desk.path("old"), files[0], files[1]}, 1);
  CHECK(with_history.at("history").at("certificates") == 2);
  CHECK(faults_in(with_history) == Words{"issuer.csr: request-key-already-used"});
  CHECK(has(with_history.at("findings")[0].at("message").get<std::string>(),
            "is already used by the certificate " + desk.path("old/2025/list.pem") +
                " (C=DE, O=Example Devices, CN=Example Root)"));
  // The option may be given again, and takes no more than what stands behind it.
  CHECK(desk.checked({"--history",
                      desk.path("old"),
                      "--history",
                      desk.path("root.pem"),
                      desk.path("name.csr")},
                     0)
            .at("history")
            .at("certificates") == 3);
}

TEST_CASE("request check: a history with a gap, without a certificate or not there stops it") {
  const Desk desk;
  (void)desk.request("good.pem");
  const auto refusal = [&](const char* option, const std::string& path) {
    const support::CommandOutcome outcome = desk.check({option, path, desk.path("good.pem")});
    CHECK(outcome.exit_code == 1);
    return outcome.output;
  };
  desk.plant("empty/note.txt", "nothing\n");
  CHECK(has(refusal("--history", desk.path("empty")), "this folder holds no certificate"));
  CHECK(has(refusal("--history", desk.path("good.pem")), "this file holds no certificate"));
  CHECK(has(refusal("--history", desk.path("nowhere")), "nowhere"));
  desk.plant("gap/bad.pem", "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n");
  CHECK(has(refusal("--history", desk.path("gap")), "gap/bad.pem: "));
  CHECK(has(refusal("--issuer", desk.path("good.pem")), "this file holds no certificate"));
  CHECK(has(refusal("--issuer", desk.path("nowhere")), "nowhere"));
}

TEST_CASE("request check: RSA keys with a prime in common are found, and both files are named") {
  const Desk desk;
  const std::vector<base::Bytes> keys = keys_with_a_common_prime(2);
  desk.plant("a.csr", request_without_proof(keys[0]));
  desk.plant("b.csr", request_without_proof(keys[1]));
  (void)desk.request("sound.csr", Algorithm::kRsa3072);
  const json document =
      desk.checked({desk.path("a.csr"), desk.path("sound.csr"), desk.path("b.csr")}, 1);
  CHECK(faults_in(document) == Words{"a.csr: request-proof-of-possession",
                                     "a.csr: key-rsa-shared-prime",
                                     "b.csr: request-proof-of-possession",
                                     "b.csr: key-rsa-shared-prime"});
  CHECK(has(document.at("findings")[1].at("message").get<std::string>(),
            "that of the request " + desk.path("b.csr")));
  CHECK(faults_in(desk.checked({desk.path("a.csr"), desk.path("sound.csr")}, 1)) ==
        Words{"a.csr: request-proof-of-possession"});
}

TEST_CASE(
    "request check: the blocklist is asked where it is given, and it is said whether it was") {
  const Desk desk;
  const SigningRequest request = desk.request("good.pem");
  const auto name = blocklist_name_of(request.public_key_info());
  REQUIRE(name.has_value());
  std::string list(name->begin(), name->end());
  list += '\x05';
  desk.plant("blocklist.dat", list);
  const Words with_list{"--blocklist", desk.path("blocklist.dat"), desk.path("good.pem")};
  const json document = desk.checked(with_list, 1);
  CHECK(faults_in(document) == Words{"good.pem: key-blocklisted"});
  CHECK(document.at("blocklist").at("file") == desk.path("blocklist.dat"));
  CHECK(document.at("blocklist").at("sha256") == base::sha256_hex(base::bytes_of(list)));
  CHECK(document.at("blocklist").at("keys") == 1);
  CHECK(has(desk.check(with_list).output,
            "Blocklist: 1 keys, SHA-256 " + base::sha256_hex(base::bytes_of(list))));
  CHECK(has(desk.check({desk.path("good.pem")}).output,
            "Blocklist: not checked (give --blocklist FILE)"));
  desk.plant("blocklist.dat", list + "x");
  CHECK(desk.check(with_list).exit_code == 1);
  CHECK(has(desk.check(with_list).output, "its size is no multiple of 16 bytes"));
}
