// Detached signatures, judged by OpenSSL's and GnuTLS' own programs; and what must never pass.

#include "ca/detached_signature.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <doctest/doctest.h>

#include "ca/issuer.h"
#include "support/ca_commands.h"
#include "support/ca_issuance.h"
#include "support/temporary_folder.h"
#include "support/texts.h"

namespace {

using base::ErrorCode;
using namespace ca;
using namespace std::string_literals;
using namespace std::string_view_literals;
using support::at;
using support::has;

constexpr std::string_view kFirmware = "firmware 4.2\0 for a pump"sv;

base::Bytes firmware() {
  const base::ByteView view = base::bytes_of(kFirmware);
  return {view.begin(), view.end()};
}

// Valid around this day: certtool takes no other time than that of the clock.
Validity around_today(int years) {
  return {.not_before = support::today() - std::chrono::days{30},
          .not_after = support::today() + std::chrono::days{365 * years}};
}

Certificate issued(const support::TestRoot& issuer,
                   const std::string& profile_name,
                   SoftwareKey& key,
                   int years) {
  const CertificateProfile profile = support::profile_named(profile_name);
  CertificatePlan plan;
  plan.validity = around_today(years);
  plan.policies = {"2.999.1.1"};
  const SigningRequest request = support::request_for(key, "Example " + profile_name);
  const base::Result<CertificateDraft> draft = CertificateDraft::of_subordinate(
      {.profile = profile, .plan = plan, .request = request, .issuer = issuer.certificate}, {});
  REQUIRE(draft.ok());
  CHECK(support::rules_of(draft->findings()).empty());
  base::Result<Certificate> certificate = sign_certificate(*draft, *issuer.key);
  REQUIRE(certificate.ok());
  return std::move(certificate).value();
}

support::TestRoot root_of_today(Algorithm algorithm) {
  CertificatePlan plan = support::root_plan();
  plan.validity = around_today(19);
  return support::make_root(algorithm, plan);
}

// A root, a subordinate for code signing below it, and the signing key below that.
struct Signing {
  explicit Signing(Algorithm algorithm)
      : root(root_of_today(Algorithm::kP256)),
        middle({.key = support::new_key(Algorithm::kP384), .certificate = root.certificate}),
        key(support::new_key(algorithm)) {
    middle.certificate = issued(root, "subordinate-code-signing", *middle.key, 6);
    chain = {issued(middle, "code-signing", *key, 3), middle.certificate};
  }

  base::Result<base::Bytes> sign(const base::Bytes& content) {
    return sign_detached(
        {.content = content, .certificates = chain, .signing_time = support::today()}, *key);
  }

  support::TestRoot root;
  support::TestRoot middle;
  std::unique_ptr<SoftwareKey> key;
  std::vector<Certificate> chain;
};

// The files that both programs are given.
class Desk {
 public:
  Desk(const Signing& signing, const base::Bytes& signature) {
    support::write_file(folder_ / "root.pem", bytes(signing.root.certificate.pem()));
    support::write_file(folder_ / "signer.pem", bytes(signing.chain.front().pem()));
    support::write_file(folder_ / "firmware.bin", firmware());
    support::write_file(folder_ / "other.bin", bytes("firmware 4.3"));
    support::write_file(folder_ / "signature", signature);
  }

  [[nodiscard]] std::string file(const char* name) const { return (folder_ / name).string(); }

  [[nodiscard]] support::CommandOutcome openssl(const char* content) const {
    return support::run_command("openssl",
                                {"cms",
                                 "-verify",
                                 "-binary",
                                 "-inform",
                                 "DER",
                                 "-in",
                                 file("signature"),
                                 "-content",
                                 file(content),
                                 "-CAfile",
                                 file("root.pem"),
                                 "-purpose",
                                 "any",
                                 "-out",
                                 "/dev/null"});
  }

  [[nodiscard]] support::CommandOutcome certtool(const char* content) const {
    return support::run_command("certtool",
                                {"--p7-verify",
                                 "--inder",
                                 "--infile",
                                 file("signature"),
                                 "--load-data",
                                 file(content),
                                 "--load-ca-certificate",
                                 file("root.pem"),
                                 "--verify-purpose",
                                 "1.3.6.1.5.5.7.3.3"});
  }

  // A bare signature that is over the whole file.
  [[nodiscard]] support::CommandOutcome pkeyutl(const char* content) const {
    return support::run_command("openssl",
                                {"pkeyutl",
                                 "-verify",
                                 "-rawin",
                                 "-certin",
                                 "-inkey",
                                 file("signer.pem"),
                                 "-in",
                                 file(content),
                                 "-sigfile",
                                 file("signature")});
  }

  [[nodiscard]] std::string print() const {
    return support::run_command(
               "openssl",
               {"cms", "-cmsout", "-print", "-noout", "-inform", "DER", "-in", file("signature")})
        .output;
  }

 private:
  static base::Bytes bytes(const std::string& text) { return {text.begin(), text.end()}; }

  support::TemporaryFolder folder_;
};

// Signs whatever it is given with a bit flipped.
class BadSigner final : public Signer {
 public:
  explicit BadSigner(SoftwareKey& key) : key_(key) {}
  [[nodiscard]] Algorithm algorithm() const override { return key_.algorithm(); }
  [[nodiscard]] const base::Bytes& public_key_info() const override {
    return key_.public_key_info();
  }
  base::Result<base::Bytes> sign(base::ByteView message) override {
    base::Bytes other(message.begin(), message.end());
    other.back() ^= 1U;
    return key_.sign(other);
  }

 private:
  SoftwareKey& key_;
};

}  // namespace

TEST_CASE("CMS: openssl and certtool take the signature, and refuse another file") {
  for (const Algorithm algorithm : {Algorithm::kRsa3072,
                                    Algorithm::kRsa4096,
                                    Algorithm::kP256,
                                    Algorithm::kP384,
                                    Algorithm::kP521}) {
    CAPTURE(name_of(algorithm));
    Signing signing(algorithm);
    const base::Result<base::Bytes> signature = signing.sign(firmware());
    REQUIRE_MESSAGE(signature.ok(), (signature ? "" : signature.error().message));
    const Desk desk(signing, *signature);
    const support::CommandOutcome good = desk.openssl("firmware.bin");
    INFO(good.output);
    CHECK(good.exit_code == 0);
    CHECK(desk.openssl("other.bin").exit_code != 0);
    const support::CommandOutcome by_gnutls = desk.certtool("firmware.bin");
    INFO(by_gnutls.output);
    CHECK(by_gnutls.exit_code == 0);
    CHECK(desk.certtool("other.bin").exit_code != 0);
  }
}

TEST_CASE("CMS: an Ed25519 signature follows RFC 8419, and certtool takes it") {
  Signing signing(Algorithm::kEd25519);
  const base::Result<base::Bytes> signature = signing.sign(firmware());
  REQUIRE_MESSAGE(signature.ok(), (signature ? "" : signature.error().message));
  const Desk desk(signing, *signature);
  const support::CommandOutcome good = desk.certtool("firmware.bin");
  INFO(good.output);
  CHECK(good.exit_code == 0);
  CHECK(desk.certtool("other.bin").exit_code != 0);
  const std::string printed = desk.print();
  CHECK(has(printed, "algorithm: sha512 (2.16.840.1.101.3.4.2.3)\n          parameter: <ABSENT>"));
  CHECK(has(printed, "algorithm: ED25519 (1.3.101.112)\n          parameter: <ABSENT>"));
}

TEST_CASE("CMS and bare: post-quantum signatures follow their RFCs, and openssl takes them") {
  for (const auto& one : {std::pair(Algorithm::kMlDsa87, "sha512"),
                          std::pair(Algorithm::kSlhDsa128s, "sha256"),
                          std::pair(Algorithm::kSlhDsa192s, "sha512")}) {
    const Algorithm algorithm = one.first;
    const char* const digest = one.second;
    CAPTURE(name_of(algorithm));
    if (!support::is_here(algorithm)) {
      CHECK(SoftwareKey::generate(algorithm).error().message == support::refusal_of(algorithm));
      continue;
    }
    Signing signing(algorithm);
    const base::Result<base::Bytes> signature = signing.sign(firmware());
    REQUIRE_MESSAGE(signature.ok(), (signature ? "" : signature.error().message));
    const Desk desk(signing, *signature);
    const support::CommandOutcome good = desk.openssl("firmware.bin");
    INFO(good.output);
    CHECK(good.exit_code == 0);
    CHECK(desk.openssl("other.bin").exit_code != 0);
    const std::string printed = desk.print();
    CHECK(has(printed, "algorithm: "s + digest + " ("));
    CHECK(has(printed, "algorithm: "s + post_quantum_name_of(algorithm) + " ("));
    const base::Result<base::Bytes> bare =
        sign_raw(firmware(), signing.chain.front(), *signing.key);
    REQUIRE(bare.ok());
    const Desk bare_desk(signing, *bare);
    CHECK(bare_desk.pkeyutl("firmware.bin").exit_code == 0);
    CHECK(bare_desk.pkeyutl("other.bin").exit_code != 0);
  }
}

TEST_CASE("CMS: the signed attributes are the four, with the date of the plan") {
  Signing signing(Algorithm::kP256);
  const base::Result<base::Bytes> signature =
      sign_detached({.content = firmware(),
                     .certificates = signing.chain,
                     .signing_time = at("2026-11-23T00:00:00Z")},
                    *signing.key);
  REQUIRE(signature.ok());
  const std::string printed = Desk(signing, *signature).print();
  for (const char* const part : {"object: contentType",
                                 "object: messageDigest",
                                 "object: signingTime",
                                 "UTCTIME:Nov 23 00:00:00 2026 GMT",
                                 "object: id-smime-aa-signingCertificateV2",
                                 "eContent: <ABSENT>"}) {
    CHECK(has(printed, part));
  }
  CHECK_FALSE(find_der_fault(*signature).has_value());
}

TEST_CASE("CMS: every byte counts: whatever is changed in it, it no longer verifies") {
  Signing signing(Algorithm::kP256);
  const base::Bytes content = firmware();
  const base::Result<base::Bytes> signature = signing.sign(content);
  REQUIRE(signature.ok());
  const Certificate& signer = signing.chain.front();
  REQUIRE(verify_detached({.der = *signature, .content = content, .certificate = signer}).ok());
  // The certificates that travel with it are not signed, and nothing here trusts them.
  const base::Bytes& one = signing.chain[0].der();
  const base::Bytes& two = signing.chain[1].der();
  const auto first = std::search(signature->begin(), signature->end(), one.begin(), one.end());
  const auto second = std::search(signature->begin(), signature->end(), two.begin(), two.end());
  REQUIRE(first != signature->end());
  REQUIRE(second != signature->end());
  const auto from = std::min(first, second) - signature->begin();
  const auto through = from + static_cast<std::ptrdiff_t>(one.size() + two.size());
  int refused = 0;
  for (std::ptrdiff_t i = 0; i < static_cast<std::ptrdiff_t>(signature->size()); ++i) {
    if (i >= from && i < through) {
      continue;
    }
    base::Bytes changed = *signature;
    changed[static_cast<std::size_t>(i)] ^= 0x01U;
    CAPTURE(i);
    const bool passes =
        verify_detached({.der = changed, .content = content, .certificate = signer}).ok();
    CHECK_FALSE(passes);
    refused += passes ? 0 : 1;
  }
  CHECK(refused > 300);
}

TEST_CASE("CMS: another file or another certificate is told apart") {
  Signing signing(Algorithm::kP256);
  const base::Bytes content = firmware();
  const base::Result<base::Bytes> signature = signing.sign(content);
  REQUIRE(signature.ok());
  const base::Bytes other{'x'};
  const auto of_other =
      verify_detached({.der = *signature, .content = other, .certificate = signing.chain.front()});
  REQUIRE(!of_other.ok());
  CHECK(of_other.error().code == ErrorCode::kInconsistent);
  CHECK(has(of_other.error().message, "it is over another file"));
  const auto by_other =
      verify_detached({.der = *signature, .content = content, .certificate = signing.chain.back()});
  REQUIRE(!by_other.ok());
  CHECK(has(by_other.error().message, "it names another certificate"));
  const auto no_cms = verify_detached({.der = signing.chain.front().der(),
                                       .content = content,
                                       .certificate = signing.chain.front()});
  REQUIRE(!no_cms.ok());
  CHECK(no_cms.error().code == ErrorCode::kMalformed);
  const base::Bytes cut(signature->begin(), signature->end() - 1);
  const auto cut_off =
      verify_detached({.der = cut, .content = content, .certificate = signing.chain.front()});
  REQUIRE(!cut_off.ok());
  CHECK(cut_off.error().code == ErrorCode::kMalformed);
}

TEST_CASE("CMS and bare: a certificate of another key, none at all, and a bad signer are refused") {
  Signing signing(Algorithm::kP256);
  const base::Bytes content = firmware();
  const auto other = support::new_key(Algorithm::kP256);
  const DetachedParts parts{
      .content = content, .certificates = signing.chain, .signing_time = support::today()};
  for (const auto& refused :
       {sign_detached(parts, *other), sign_raw(content, signing.chain.front(), *other)}) {
    REQUIRE(!refused.ok());
    CHECK(refused.error().code == ErrorCode::kRefusedByPolicy);
    CHECK(
        has(refused.error().message, "the key at hand is not the key of the signing certificate"));
  }
  const auto without = sign_detached(
      {.content = content, .certificates = {}, .signing_time = support::today()}, *signing.key);
  REQUIRE(!without.ok());
  CHECK(without.error().code == ErrorCode::kInvalidArgument);
  BadSigner bad(*signing.key);
  for (const auto& wrong :
       {sign_detached(parts, bad), sign_raw(content, signing.chain.front(), bad)}) {
    REQUIRE(!wrong.ok());
    CHECK(wrong.error().code == ErrorCode::kInconsistent);
  }
}

TEST_CASE("bare signatures: openssl dgst and pkeyutl take them, and refuse another file") {
  for (const Algorithm algorithm : {Algorithm::kRsa3072,
                                    Algorithm::kRsa4096,
                                    Algorithm::kP256,
                                    Algorithm::kP384,
                                    Algorithm::kEd25519}) {
    CAPTURE(name_of(algorithm));
    Signing signing(algorithm);
    const base::Result<base::Bytes> signature =
        sign_raw(firmware(), signing.chain.front(), *signing.key);
    REQUIRE(signature.ok());
    const Desk desk(signing, *signature);
    const support::CommandOutcome key = support::run_command("openssl",
                                                             {"x509",
                                                              "-in",
                                                              desk.file("signer.pem"),
                                                              "-pubkey",
                                                              "-noout",
                                                              "-out",
                                                              desk.file("key.pem")});
    REQUIRE(key.exit_code == 0);
    const bool is_edwards = algorithm == Algorithm::kEd25519;
    const bool is_short = algorithm == Algorithm::kRsa3072 || algorithm == Algorithm::kP256;
    const auto verify = [&](const char* content) {
      return is_edwards ? support::run_command("openssl",
                                               {"pkeyutl",
                                                "-verify",
                                                "-rawin",
                                                "-pubin",
                                                "-inkey",
                                                desk.file("key.pem"),
                                                "-in",
                                                desk.file(content),
                                                "-sigfile",
                                                desk.file("signature")})
                        : support::run_command("openssl",
                                               {"dgst",
                                                is_short ? "-sha256" : "-sha384",
                                                "-verify",
                                                desk.file("key.pem"),
                                                "-signature",
                                                desk.file("signature"),
                                                desk.file(content)});
    };
    const support::CommandOutcome good = verify("firmware.bin");
    INFO(good.output);
    CHECK(good.exit_code == 0);
    CHECK(verify("other.bin").exit_code != 0);
  }
}

TEST_CASE("a code signer is an end entity for signing code, on that day") {
  Signing signing(Algorithm::kP256);
  const Certificate& signer = signing.chain.front();
  const Instant on_the_day = support::today();
  CHECK(check_code_signer(signer, on_the_day).ok());
  CHECK(check_code_signer(signer, signer.validity().not_before).ok());
  CHECK(check_code_signer(signer, signer.validity().not_after).ok());
  const auto says = [&](const Certificate& certificate, Instant end_of_day, const char* what) {
    const auto checked = check_code_signer(certificate, end_of_day);
    REQUIRE(!checked.ok());
    CHECK(checked.error().code == ErrorCode::kRefusedByPolicy);
    CHECK(has(checked.error().message, what));
  };
  says(signing.chain.back(), on_the_day, "is that of a CA");
  const std::chrono::seconds second{1};
  says(signer, signer.validity().not_after + second, "and not through the end of the plan's day");
  says(signer, signer.validity().not_before - second, "and not through the end of the plan's day");
}

TEST_CASE("a code signer by others lacks what it lacks") {
  const support::TemporaryFolder folder;
  const auto made = [&](const std::vector<std::string>& extensions) {
    std::vector<std::string> arguments{"req",
                                       "-x509",
                                       "-newkey",
                                       "ec",
                                       "-pkeyopt",
                                       "ec_paramgen_curve:P-256",
                                       "-nodes",
                                       "-subj",
                                       "/CN=x",
                                       "-keyout",
                                       (folder / "key.pem").string(),
                                       "-outform",
                                       "DER",
                                       "-out",
                                       (folder / "certificate.der").string(),
                                       "-addext",
                                       "basicConstraints=critical,CA:FALSE"};
    for (const std::string& extension : extensions) {
      arguments.insert(arguments.end(), {"-addext", extension});
    }
    REQUIRE(support::run_command("openssl", arguments).exit_code == 0);
    return Certificate::parse(support::read_file(folder / "certificate.der")).value();
  };
  const Instant now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto message = [&](const std::vector<std::string>& extensions) {
    const auto checked = check_code_signer(made(extensions), now);
    return checked ? std::string() : checked.error().message;
  };
  CHECK(message({"keyUsage=digitalSignature", "extendedKeyUsage=codeSigning"}).empty());
  CHECK(has(message({"keyUsage=digitalSignature", "extendedKeyUsage=serverAuth"}),
            "extendedKeyUsage lacks codeSigning"));
  CHECK(has(message({"keyUsage=digitalSignature"}), "extendedKeyUsage lacks codeSigning"));
  CHECK(has(message({"keyUsage=keyEncipherment", "extendedKeyUsage=codeSigning"}),
            "keyUsage lacks digitalSignature"));
  CHECK(has(message({"extendedKeyUsage=codeSigning"}), "keyUsage lacks digitalSignature"));
}

TEST_CASE("a root's CRL, which lists CAs only, cannot revoke an end entity") {
  const support::TestRoot root = root_of_today(Algorithm::kP256);
  const auto key = support::new_key(Algorithm::kP256);
  const Certificate signer = issued(root, "code-signing", *key, 3);
  const CertificateProfile profile = support::profile_named("crl");
  RevocationListPlan plan;
  plan.this_update = support::today();
  plan.next_update = support::today() + std::chrono::days{30};
  const std::vector<IssuedCertificate> issued_here{{.issuer = signer.issuer().der(),
                                                    .serial = signer.serial(),
                                                    .not_after = signer.not_after().instant,
                                                    .is_ca = false}};
  const std::vector<Revocation> revocations{{.issuer = signer.issuer().der(),
                                             .serial = signer.serial(),
                                             .revoked_at = support::today(),
                                             .reason = RevocationReason::kKeyCompromise}};
  const auto draft =
      RevocationListDraft::of({.profile = profile,
                               .plan = plan,
                               .issuer = root.certificate,
                               .issued = IssuedCertificates(signer.issuer(), issued_here),
                               .revocations = Revocations(signer.issuer(), revocations)});
  REQUIRE(!draft.ok());
  CHECK(draft.error().code == ErrorCode::kRefusedByPolicy);
  CHECK(has(draft.error().message, "that of a certificate that is no CA's"));
}

TEST_CASE("a root's CRL address is refused for an end entity, since its CRLs list CAs only") {
  const support::TestRoot root = support::make_root(Algorithm::kP256);
  const auto key = support::new_key(Algorithm::kP256);
  const CertificateProfile profile = support::profile_named("code-signing");
  const CertificatePlan plan = support::subordinate_plan();
  const SigningRequest request = support::request_for(*key, "Example signer");
  const auto built = build_subordinate(
      {.profile = profile, .plan = plan, .request = request, .issuer = root.certificate});
  REQUIRE(!built.ok());
  CHECK(built.error().code == ErrorCode::kInvalidArgument);
  CHECK(has(built.error().message, "the CRLs of a root list CA certificates only"));
}
