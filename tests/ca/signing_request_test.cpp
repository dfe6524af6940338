// Requests: those of other tools pass, and every way to be wrong is named.

#include "ca/signing_request.h"

#include <functional>
#include <set>

#include <doctest/doctest.h>

#include "ca/der.h"
#include "ca/issuer.h"
#include "ca/pem.h"
#include "support/ca_commands.h"
#include "support/ca_issuance.h"
#include "support/temporary_folder.h"

namespace {

using namespace ca;

base::Bytes bytes_of(const std::string& text) {
  return {text.begin(), text.end()};
}

std::string parse_error(const base::Bytes& file) {
  const base::Result<SigningRequest> request = SigningRequest::parse(file);
  return request ? "" : request.error().message;
}

// A good request of one key, to be made bad.
struct Bench {
  std::unique_ptr<SoftwareKey> key = support::new_key(Algorithm::kP256);
  support::RequestParts parts = support::request_parts(*key, "Example CA");

  base::Bytes der() { return support::signed_request(parts, *key); }
  std::vector<std::string> rules() { return support::rules_of(check_request(der(), {}).findings); }
  void add_attributes(const std::vector<base::Bytes>& attributes) {
    base::Bytes all;
    for (const base::Bytes& attribute : attributes) {
      append(all, attribute);
    }
    parts.attributes = ca::der(DerTag::kContext0Constructed, {all});
  }
};

base::Bytes extension_request(const std::vector<Extension>& extensions) {
  return der(
      DerTag::kSequence,
      {der_object_identifier("1.2.840.113549.1.9.14"), der(DerTag::kSet, {encode(extensions)})});
}

// Makes a request with a foreign tool; gives its file.
struct Tool {
  std::string name;
  std::function<support::CommandOutcome(const support::TemporaryFolder&)> run;
};

Tool openssl_tool(const std::string& name, const std::vector<std::string>& new_key) {
  return {"openssl " + name, [new_key](const support::TemporaryFolder& folder) {
            std::vector<std::string> arguments{"req",
                                               "-new",
                                               "-nodes",
                                               "-subj",
                                               "/C=DE/O=Example/CN=Example CA",
                                               "-keyout",
                                               (folder / "key.pem").string(),
                                               "-out",
                                               (folder / "request").string()};
            arguments.insert(arguments.end(), new_key.begin(), new_key.end());
            return support::run_command("openssl", arguments);
          }};
}

Tool certtool_tool(const std::string& name, const std::vector<std::string>& key_type) {
  return {"certtool " + name, [key_type](const support::TemporaryFolder& folder) {
            support::plant(folder / "template",
                           "organization = \"Example\"\ncn = \"Example CA\"\ncountry = DE\nca\n"
                           "cert_signing_key\ncrl_signing_key\n");
            std::vector<std::string> arguments{
                "--generate-privkey", "--outfile", (folder / "key.pem").string()};
            arguments.insert(arguments.end(), key_type.begin(), key_type.end());
            support::run_command("certtool", arguments);
            return support::run_command("certtool",
                                        {"--generate-request",
                                         "--load-privkey",
                                         (folder / "key.pem").string(),
                                         "--template",
                                         (folder / "template").string(),
                                         "--outfile",
                                         (folder / "request").string()});
          }};
}

}  // namespace

TEST_CASE("requests of openssl and certtool pass, and can be signed") {
  const support::TestRoot root = support::make_root(Algorithm::kP384);
  const CertificateProfile profile = support::profile_named("subordinate-general");
  const std::vector<Tool> tools{
      openssl_tool("RSA-2048", {"-newkey", "rsa:2048"}),
      openssl_tool("RSA-4096", {"-newkey", "rsa:4096"}),
      openssl_tool("P-256", {"-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"}),
      openssl_tool("P-384", {"-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"}),
      openssl_tool("Ed25519", {"-newkey", "ed25519"}),
      openssl_tool("RSA-2048 in DER", {"-newkey", "rsa:2048", "-outform", "DER"}),
      openssl_tool("P-256 with text",
                   {"-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-text"}),
      certtool_tool("RSA-2048", {"--key-type", "rsa", "--bits", "2048"}),
      certtool_tool("RSA-4096", {"--key-type", "rsa", "--bits", "4096"}),
      certtool_tool("P-256", {"--key-type", "ecdsa", "--curve", "secp256r1"}),
      certtool_tool("P-384", {"--key-type", "ecdsa", "--curve", "secp384r1"}),
      certtool_tool("Ed25519", {"--key-type", "ed25519"}),
  };
  for (const Tool& tool : tools) {
    CAPTURE(tool.name);
    const support::TemporaryFolder folder;
    const support::CommandOutcome made = tool.run(folder);
    INFO(made.output);
    REQUIRE(made.exit_code == 0);
    const RequestCheck check = check_request(support::read_file(folder / "request"), {});
    CHECK(support::rules_of(check.findings) == std::vector<std::string>{});
    REQUIRE(check.request);
    CHECK(check.request->subject().value_of("CN") == "Example CA");
    const CertificatePlan plan = support::subordinate_plan();
    const base::Result<CertificateDraft> draft = CertificateDraft::of_subordinate(
        {.profile = profile, .plan = plan, .request = *check.request, .issuer = root.certificate},
        {});
    REQUIRE(draft.ok());
    CHECK(sign_certificate(*draft, *root.key).ok());
  }
}

TEST_CASE("request: DER and PEM with both labels are one and the same") {
  Bench bench;
  const base::Bytes der = bench.der();
  for (const char* label : {"CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"}) {
    const base::Result<SigningRequest> request =
        SigningRequest::parse(bytes_of("a note\n" + pem_text(label, der) + "\r\n \n"));
    REQUIRE(request.ok());
    CHECK(request->der() == der);
    CHECK(request->pem() == pem_text("CERTIFICATE REQUEST", der));
  }
  CHECK(SigningRequest::parse(der)->der() == der);
}

TEST_CASE("request: what is no request, or more than one, is refused by its form") {
  Bench bench;
  const base::Bytes der = bench.der();
  const std::string pem = pem_text("CERTIFICATE REQUEST", der);
  CHECK(parse_error(bytes_of(pem + pem)) ==
        "this file holds 2 objects, and a request must stand alone; split it");
  CHECK(parse_error(bytes_of(pem_text("CERTIFICATE", der))) ==
        "this file holds no certificate request but another kind of object; look whether it is the "
        "right file");
  CHECK(parse_error(bytes_of(pem + "rm -rf /\n")) ==
        "something stands in this file behind the end of the request; remove it, or have the "
        "request sent again");
  CHECK(parse_error(bytes_of("")) ==
        "this file holds no object in PEM or DER; look whether it is the right file, and have it "
        "sent again");
  CHECK(parse_error(base::Bytes(kLargestRequest + 1, 0x30)) ==
        "this file is larger than 64 KiB, and no request is; look whether it is the right file");
  base::Bytes trailing = der;
  trailing.push_back(0x00);
  CHECK(parse_error(trailing) == "this is not a proper request (byte " +
                                     std::to_string(der.size()) +
                                     "): more bytes follow behind its end; have it made and sent "
                                     "again");
  const std::string half = pem.substr(0, pem.size() / 2);
  CHECK(parse_error(bytes_of(half)) ==
        "object 1 of this file is cut off or damaged; have the file sent again");
  CHECK(parse_error(bytes_of(pem_text("CERTIFICATE REQUEST", trailing))) == parse_error(trailing));
  CHECK(parse_error(bytes_of("no request\n")) == parse_error({}));
  CHECK(
      parse_error(ca::der(DerTag::kSequence, {})).find("this is not a proper request: its parts") ==
      0);
}

TEST_CASE("request: every truncation is refused, and every changed bit noticed") {
  Bench bench;
  const base::Bytes der = bench.der();
  for (std::size_t size = 1; size < der.size(); ++size) {
    CHECK(parse_error({der.begin(), der.begin() + static_cast<std::ptrdiff_t>(size)}) ==
          "this is not a proper request (byte 0): a value is cut off or does not fit into what "
          "holds it; have it made and sent again");
  }
  std::size_t unnoticed = 0;
  for (std::size_t i = 0; i < der.size() * 8; ++i) {
    base::Bytes changed = der;
    changed[i / 8] = static_cast<std::uint8_t>(changed[i / 8] ^ 1U << i % 8);
    const RequestCheck check = check_request(changed, {});
    unnoticed += is_acceptable(check.findings) ? 1U : 0U;
  }
  CHECK(unnoticed == 0);
}

TEST_CASE("request: indefinite lengths, long lengths and deep nests are refused at their byte") {
  Bench bench;
  const base::Bytes der = bench.der();
  base::Bytes indefinite = der;
  indefinite[1] = 0x80;
  CHECK(parse_error(indefinite) ==
        "this is not a proper request (byte 0): a length is indefinite; have it made and sent "
        "again");
  base::Bytes long_form = der;
  REQUIRE((long_form[1] == 0x81 || long_form[1] == 0x82));
  long_form[1] = static_cast<std::uint8_t>(long_form[1] + 1);
  long_form.insert(long_form.begin() + 2, std::uint8_t{0x00});
  CHECK(parse_error(long_form) ==
        "this is not a proper request (byte 0): a length is not in its shortest form; have it made "
        "and sent again");
  base::Bytes nest;
  for (int depth = 0; depth < 15'000; ++depth) {
    const std::size_t size = nest.size();
    base::Bytes header = ca::der(DerTag::kSequence, {base::Bytes(size)});
    header.resize(header.size() - size);
    nest.insert(nest.begin(), header.begin(), header.end());
    if (nest.size() > kLargestRequest - 8) {
      break;
    }
  }
  CHECK(parse_error(nest).find("values are nested too deeply") != std::string::npos);
}

TEST_CASE("request: 100 MB are refused, whatever they are") {
  const base::Bytes large(100'000'000, 0x30);
  CHECK(parse_error(large) ==
        "this file is larger than 64 KiB, and no request is; look whether it is the right file");
}

TEST_CASE("request: not signed by its own key") {
  Bench bench;
  const auto other = support::new_key(Algorithm::kP256);
  const RequestCheck check = check_request(support::signed_request(bench.parts, *other), {});
  REQUIRE(check.findings.size() == 1);
  CHECK(check.findings[0].rule == "request-proof-of-possession");
  CHECK(check.findings[0].message ==
        "The request is not signed by its own key (proof of possession), so whoever sent it may "
        "not hold the key; have it made again where the key is.");
}

TEST_CASE("request: each fault is named by its rule") {
  Bench bench;
  SUBCASE("another version") {
    bench.parts.version = der_unsigned(std::uint64_t{1});
    CHECK(bench.rules() == std::vector<std::string>{"request-version"});
  }
  SUBCASE("SHA-1") {
    bench.parts.algorithm = der(DerTag::kSequence, {der_object_identifier("1.2.840.10045.4.1")});
    const RequestCheck check = check_request(bench.der(), {});
    REQUIRE(check.findings.size() == 1);
    CHECK(check.findings[0].message ==
          "The request is signed with ecdsa-with-SHA1, which is not accepted; have it made with "
          "SHA-256, SHA-384 or SHA-512 (RSA PKCS #1 v1.5 or ECDSA), Ed25519, ML-DSA or "
          "SLH-DSA.");
  }
  SUBCASE("an empty name") {
    bench.parts.subject = der(DerTag::kSequence, {});
    CHECK(bench.rules() == std::vector<std::string>{"name-empty"});
  }
  SUBCASE("an attribute twice") {
    const base::Bytes attribute =
        der(DerTag::kSequence,
            {der_object_identifier("1.2.840.113549.1.9.7"),
             der(DerTag::kSet, {der(DerTag::kUtf8String, {base::bytes_of("secret")})})});
    bench.add_attributes({attribute, attribute});
    CHECK(bench.rules() == std::vector<std::string>{"request-duplicate-attribute"});
    for (const base::Finding& finding : check_request(bench.der(), {}).findings) {
      CHECK(finding.message.find("secret") == std::string::npos);
    }
  }
  SUBCASE("an extension twice") {
    const Extension extension{.oid = "2.5.29.15", .value = {0x03, 0x02, 0x01, 0x06}};
    bench.add_attributes({extension_request({extension, extension})});
    CHECK(bench.rules() == std::vector<std::string>{"request-duplicate-extension"});
  }
  SUBCASE("a list of extensions that is none") {
    bench.add_attributes(
        {der(DerTag::kSequence,
             {der_object_identifier("1.2.840.113549.1.9.14"),
              der(DerTag::kSet, {der(DerTag::kUtf8String, {base::bytes_of("x")})})})});
    CHECK(bench.rules() == std::vector<std::string>{"request-extensions-malformed"});
  }
  SUBCASE("a key with bytes that are not its own") {
    const auto key = support::new_key(Algorithm::kRsa3072);
    bench.parts = support::request_parts(*key, "Example CA");
    const base::ByteView inside = contents_of(bench.parts.public_key_info);
    const base::Bytes smuggled = der(DerTag::kOctetString, {base::bytes_of("a second name")});
    const base::Bytes algorithm =
        der(DerTag::kSequence, {der_object_identifier("1.2.840.113549.1.1.1"), smuggled});
    bench.parts.public_key_info =
        der(DerTag::kSequence, {algorithm, inside.subspan(first_value(inside).size())});
    const RequestCheck check = check_request(support::signed_request(bench.parts, *key), {});
    CHECK(support::rules_of(check.findings) == std::vector<std::string>{"key-encoding"});
  }
  SUBCASE("a key seen before") {
    KeyRegistry seen;
    seen.add(bench.key->public_key_info(), "the request first.csr");
    const RequestCheck check = check_request(bench.der(), seen);
    REQUIRE(check.findings.size() == 1);
    CHECK(check.findings[0].message ==
          "This key is already used by the request first.csr; each certificate needs a key of its "
          "own, so have a new key made.");
  }
}

TEST_CASE("request: what it asks for is listed, and will not be copied") {
  Bench bench;
  bench.add_attributes({extension_request(
      {{.oid = std::string(oid::kBasicConstraints),
        .criticality = Criticality::kCritical,
        .value = encode_basic_constraints({.is_ca = true, .path_length = 5})}})});
  const RequestCheck check = check_request(bench.der(), {});
  CHECK(is_acceptable(check.findings));
  REQUIRE(check.findings.size() == 1);
  CHECK(check.findings[0].severity == base::Severity::kNotice);
  CHECK(check.findings[0].message ==
        "The request asks for the extension basicConstraints (CA:TRUE, pathlen:5), which will not "
        "be copied: the plan decides.");
}
