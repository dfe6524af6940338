#include "ca/certificate_profile.h"

#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "support/ca_issuance.h"
#include "support/temporary_folder.h"

namespace {

using namespace ca;

constexpr const char* kFolder = TEST_VECTORS "/../../ca/profiles";

std::string file_of(const std::string& name) {
  return support::content_of(std::string(kFolder) + "/" + name + ".toml");
}

struct Replacement {
  std::string from;  // must be in the file
  std::string to;
};

// What is said of the profile with one text replaced.
std::string message_after(const std::string& name, const Replacement& change) {
  std::string text = file_of(name);
  const std::size_t at = text.find(change.from);
  REQUIRE(at != std::string::npos);
  text.replace(at, change.from.size(), change.to);
  const base::Result<CertificateProfile> profile = parse_profile(text);
  return profile ? "" : profile.error().message;
}

}  // namespace

TEST_CASE("profiles: every file in the folder is a profile of that name") {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    const std::string name = entry.path().stem().string();
    CAPTURE(name);
    const base::Result<CertificateProfile> profile = load_profile(kFolder, name);
    REQUIRE(profile.ok());
    CHECK_FALSE(profile->policy.document.empty());
    ++count;
  }
  CHECK(count >= 14);
}

TEST_CASE(
    "profiles: the example of docs/formats/profile.md is one, and it has every section cited") {
  const std::string page =
      support::content_of(std::string(kFolder) + "/../../docs/formats/profile.md");
  const std::string begin = "```toml\n";
  const std::size_t at = page.find(begin) + begin.size();
  const base::Result<CertificateProfile> example =
      parse_profile(std::string_view(page).substr(at, page.find("```\n", at) - at));
  REQUIRE(example.ok());
  CHECK(example->certificate.key_identifier == KeyIdentifierMethod::kRfc7093);
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    const CertificateProfile profile = support::profile_named(entry.path().stem().string());
    CHECK(page.find("# " + profile.policy.document + ", version " + profile.policy.version) == 0);
    CHECK((page.find("\n## " + profile.policy.section + "\n") != std::string::npos ||
           page.find("\n| " + profile.policy.section + " |") != std::string::npos));
    CHECK(page.find("`" + profile.name + "`") != std::string::npos);
  }
}

TEST_CASE("profiles: root, subordinate and CRL say what they should") {
  const CertificateProfile root = support::profile_named("root");
  CHECK(root.kind == ProfileKind::kRoot);
  CHECK(root.longest == std::chrono::days{9131});
  CHECK_FALSE(root.certificate.path_length.has_value());
  CHECK(root.certificate.extended_key_usage.empty());
  const CertificateProfile tls = support::profile_named("subordinate-tls");
  CHECK(tls.certificate.path_length == 0);
  CHECK(tls.certificate.extended_key_usage.size() == 2);
  CHECK(tls.certificate.subject_source == SubjectSource::kPlanOrRequest);
  const CertificateProfile crl = support::profile_named("crl");
  CHECK(crl.longest == std::chrono::days{365});
  CHECK(crl.list.reasons.size() == 7);
}

TEST_CASE("profiles: what is wrong is named") {
  const std::string tls = "subordinate-tls";
  CHECK(message_after(tls, {"[key]", "[key]\ncolour = \"red\""}) ==
        "this profile has the key \"key.colour\", which has no meaning there; correct or remove "
        "it");
  CHECK(message_after("root", {"[extensions]", "[extensions]\npath_length = 0"}) ==
        "this profile has the key \"extensions.path_length\", which has no meaning there; correct "
        "or remove it");
  CHECK(message_after(tls, {"path_length = 0", ""}) ==
        "this profile lacks the key \"extensions.path_length\"");
  CHECK(message_after(tls, {"path_length = 0", "path_length = -1"}) ==
        "this profile needs a whole number for the key \"extensions.path_length\"");
  CHECK(message_after(tls, {"path_length = 0", "path_length = \"0\""}) ==
        "this profile needs a whole number for the key \"extensions.path_length\"");
  CHECK(message_after(tls, {"\"serverAuth\"", "\"anyExtendedKeyUsage\""}) ==
        "this profile gives anyExtendedKeyUsage, which is always refused");
  const char* const no_responder =
      "this profile gives OCSPSigning to a CA, or beside another purpose; only a responder of its "
      "own has it";
  CHECK(message_after(tls, {"\"serverAuth\"", "\"OCSPSigning\""}) == no_responder);
  const std::string responder = "ocsp-responder";
  CHECK(message_after(responder, {"\"OCSPSigning\"", "\"OCSPSigning\", \"serverAuth\""}) ==
        no_responder);
  const char* const no_check =
      "this profile must have ocsp_no_check \"required\" with OCSPSigning, and \"absent\" without";
  CHECK(message_after(responder, {"ocsp_no_check = \"required\"", "ocsp_no_check = \"absent\""}) ==
        no_check);
  CHECK(
      message_after(responder, {"ocsp_no_check = \"required\"", "ocsp_no_check = \"optional\""}) ==
      no_check);
  CHECK(message_after(responder, {"\"OCSPSigning\"", "\"clientAuth\""}) == no_check);
  CHECK(
      message_after(tls, {"[extensions]", "[extensions]\nocsp_no_check = \"absent\""}) ==
      "this profile has the key \"extensions.ocsp_no_check\", which has no meaning there; correct "
      "or remove it");
  CHECK(message_after(tls, {"\"serverAuth\"", "\"noSuchUsage\""}) ==
        "this profile names an extended key usage that is not known");
  CHECK(message_after(tls, {"\"cRLSign\"", "\"digitalSignature\""}) ==
        "this profile is for a CA and must have keyCertSign and cRLSign");
  CHECK(message_after(tls, {"\"cRLSign\"", "\"cRLSign\", \"keyAgreement\""}) ==
        "this profile gives a CA a key usage that no CA may have");
  CHECK(message_after(tls, {"\"cRLSign\"", "\"cRLSigning\""}) ==
        "this profile names a key usage that does not exist");
  const std::string code = "code-signing";
  CHECK(message_after(code, {"\"digitalSignature\"", "\"digitalSignature\", \"keyCertSign\""}) ==
        "this profile gives an end entity keyCertSign or cRLSign, which make it a CA");
  CHECK(message_after(code, {"[\"codeSigning\"]", "[]"}) ==
        "this profile gives an end entity no extended key usage; say what it is for");
  CHECK(message_after(code, {"[extensions]", "[extensions]\npath_length = 0"}) ==
        "this profile has the key \"extensions.path_length\", which has no meaning there; correct "
        "or remove it");
  CHECK(message_after(tls, {"identifier = \"sha-1\"", "identifier = \"md5\""}) ==
        "this profile has an unknown value for the key \"key.identifier\"");
  CHECK(message_after(tls, {"\"rsa-2048\", ", "\"rsa-1024\", "}) ==
        "this profile names a kind of key that is not known");
  CHECK(message_after(tls, {"\"rsa-2048\", ", "\"p-256\", "}) ==
        "this profile needs a list of different texts for the key \"key.kinds\"");
  CHECK(message_after(tls, {"longest_days = 2920", "longest_days = 0"}) ==
        "this profile needs between 1 and 3000000 days for the key \"validity.longest_days\"");
  CHECK(message_after(tls, {"required = [\"CN\"]", "required = [\"title\"]"}) ==
        "this profile requires an attribute of the subject that it does not allow");
  CHECK(message_after(tls, {"required = [\"CN\"]", "required = \"CN\""}) ==
        "this profile needs a list for the key \"subject.required\"");
  CHECK(message_after(tls, {"kind = \"subordinate\"", "kind = \"leaf\""}) ==
        "this profile has an unknown value for the key \"kind\"");
  CHECK(message_after("crl", {"\"superseded\"", "\"certificateHold\""}) ==
        "this profile allows a reason for revocation that is not known");
  CHECK(message_after(tls, {"[policy]", "[policy"}) ==
        "this profile is not TOML (line 6); correct it");
  CHECK(message_after(tls, {"name = \"subordinate-tls\"", "name = \"\""}) ==
        "this profile needs a text for the key \"name\"");
}

TEST_CASE("profiles: what nobody revokes names no CRLs, and what has no end no days") {
  const std::string device = "device-identity";
  const char* const revocation =
      "this profile must have no_revocation \"absent\", or \"required\" without CRL distribution "
      "points";
  CHECK(message_after(device, {"no_revocation = \"required\"", "no_revocation = \"optional\""}) ==
        revocation);
  CHECK(message_after(device,
                      {"crl_distribution_points = \"absent\"",
                       "crl_distribution_points = \"optional\""}) == revocation);
  CHECK(message_after(
            device,
            {"subject_key_identifier = \"absent\"", "subject_key_identifier = \"optional\""}) ==
        "this profile must have subject_key_identifier \"required\" or \"absent\"");
  CHECK(
      message_after(device, {"end = \"none\"", "end = \"none\"\nlongest_days = 10"}) ==
      "this profile has the key \"validity.longest_days\", which has no meaning there; correct or "
      "remove it");
  CHECK(message_after(device, {"end = \"none\"", "end = \"plan\""}) ==
        "this profile lacks the key \"validity.longest_days\"");
  CHECK(message_after("firmware-signing",
                      {"source = \"plan-or-request\"", "source = \"predecessor\""}) ==
        "this profile takes the subject from another CA's certificate, and is for none");
  CHECK(
      message_after("self-signed-code-signing", {"[\"codeSigning\"]", "[\"OCSPSigning\"]"}) ==
      "this profile gives OCSPSigning to a CA, or beside another purpose; only a responder of its "
      "own has it");
}

TEST_CASE("profiles: no two of a folder are for certificates that look the same") {
  const auto profiles = load_profiles(kFolder);
  REQUIRE(profiles.ok());
  CHECK(profiles->size() >= 14);
  const support::TemporaryFolder folder;
  CHECK(load_profiles(folder.path()).error().code == base::ErrorCode::kNotFound);
  CHECK(load_profiles(folder / "missing").error().code == base::ErrorCode::kNotFound);
  support::plant(folder / "subordinate-tls.toml", file_of("subordinate-tls"));
  support::plant(folder / "crl.toml", file_of("crl"));
  support::plant(folder / "crl-last.toml", file_of("crl-last"));
  CHECK(load_profiles(folder.path()).ok());
  std::string twin = file_of("subordinate-tls");
  for (const Replacement& change :
       {Replacement{"name = \"subordinate-tls\"", "name = \"twin\""},
        Replacement{"longest_days = 2920", "longest_days = 365"},
        Replacement{"ca_issuers = \"optional\"", "ca_issuers = \"required\""}}) {
    twin.replace(twin.find(change.from), change.from.size(), change.to);
  }
  support::plant(folder / "twin.toml", twin);
  const auto refused = load_profiles(folder.path());
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == base::ErrorCode::kRefusedByPolicy);
  CHECK(refused.error().message.find("are for certificates that look the same") !=
        std::string::npos);
  support::plant(folder / "twin.toml", "not toml [");
  CHECK(load_profiles(folder.path()).error().code == base::ErrorCode::kMalformed);
}

TEST_CASE("profiles: a name never leaves the folder") {
  for (const char* name : {"", "../profiles/root", "root.toml", "Root", "/etc/passwd"}) {
    CHECK(load_profile(kFolder, name).error().code == base::ErrorCode::kNotFound);
  }
  CHECK(load_profile(kFolder, "no-such").error().code == base::ErrorCode::kNotFound);
  const support::TemporaryFolder folder;
  support::plant(folder / "other.toml", file_of("root"));
  CHECK(load_profile(folder.path(), "other").error().message ==
        "reading the profile \"other\": this profile has another name inside than its file; "
        "correct one of them");
}
