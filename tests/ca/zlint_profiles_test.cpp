// Every certificate and CRL that the profiles make, for every algorithm, judged by zlint's RFC
// lints.

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "ca/issuer.h"
#include "support/ca_commands.h"
#include "support/ca_issuance.h"
#include "support/temporary_folder.h"

namespace {

using namespace ca;
using nlohmann::json;

// A lint of zlint's RFC sources that does not bind certificates of that profile, and why.
struct LintException {
  std::string_view profile;
  std::string_view lint;
  std::string_view reason;
};
constexpr std::array kExceptions{
    LintException{"device-identity",
                  "w_ext_subject_key_identifier_missing_sub_cert",
                  "IEEE 802.1AR-2018 section 8 recommends to leave it out of a device identity; in "
                  "RFC 5280 section 4.2.1.2 it is a SHOULD"}};

bool is_excepted(const std::string& profile, const std::string& lint) {
  return std::ranges::any_of(kExceptions, [&](const LintException& each) {
    return each.profile == profile && each.lint == lint;
  });
}

// What was made: its profile and algorithms, and its PEM.
struct Made {
  std::string profile;
  std::string what;  // "subordinate-tls, p-256 under ed25519, all parts"
  std::string pem;
};

// Ends the test case: a profile whose certificates are not judged would go unnoticed.
void cannot_make(const CertificateProfile& profile, const std::string& why) {
  FAIL("this test does not know how to make what the profile \""
       << profile.name << "\" wants: " << why
       << "; teach it here, so that zlint judges that profile, too");
}

std::vector<std::string> profile_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(TEST_VECTORS "/../../ca/profiles")) {
    names.push_back(entry.path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

// A name with everything that the profile requires.
DistinguishedName name_for(const CertificateProfile& profile) {
  const std::map<std::string, std::string> values{
      {"C", "DE"}, {"O", "Example Devices"}, {"serialNumber", "SN-0001"}};
  std::vector<NameAttribute> attributes;
  for (const std::string& type : profile.certificate.subject_required) {
    const auto value = values.find(type);
    attributes.push_back(
        {.type = type, .value = value == values.end() ? "Example " + profile.name : value->second});
  }
  const base::Result<DistinguishedName> name = DistinguishedName::of(attributes);
  if (!name) {
    cannot_make(profile, name.error().message);
  }
  return *name;
}

// Whether a plan gives all that the profile lets it give, or only what it must.
enum class Extent { kLeast, kMost };

std::vector<std::string> given(Presence presence, Extent extent, const char* text) {
  const bool is_given = presence == Presence::kRequired ||
                        (presence == Presence::kOptional && extent == Extent::kMost);
  return is_given ? std::vector<std::string>{text} : std::vector<std::string>{};
}

CertificatePlan plan_for(const CertificateProfile& profile,
                         const Certificate& issuer,
                         Extent extent) {
  const CertificateRules& rules = profile.certificate;
  // A root's CRLs list CA certificates only, so an end entity below one has no address of a CRL.
  const bool may_have_list = profile.kind == ProfileKind::kSubordinate || !issuer.is_self_issued();
  CertificatePlan plan;
  plan.subject = name_for(profile);
  plan.validity.not_before = support::at("2026-02-01T00:00:00Z");
  plan.validity.not_after =
      profile.end == End::kNone
          ? kNoEnd
          : std::min(plan.validity.not_before + profile.longest - std::chrono::seconds{1},
                     issuer.validity().not_after);
  if (!given(rules.hardware_module_name, extent, "").empty()) {
    plan.hardware_type = "2.999.7";
  }
  plan.policies = given(rules.policies, extent, "2.999.1.1");
  plan.crl_uris = given(rules.crl_distribution_points,
                        may_have_list ? extent : Extent::kLeast,
                        "http://pki.example/root.crl");
  plan.ca_issuer_uris = given(rules.ca_issuers, extent, "http://pki.example/root.der");
  return plan;
}

// A key of a request: one of ours, or "rsa-2048", which is openssl's.
struct Subject {
  std::string kind;
  SigningRequest request;
};

Subject subject_of(Algorithm algorithm) {
  const auto key = support::new_key(algorithm);
  return {.kind = std::string(name_of(algorithm)),
          .request = support::request_for(*key, "Example")};
}

Subject small_rsa_subject(const support::TemporaryFolder& folder) {
  const std::string file = (folder / "rsa-2048.csr").string();
  const auto made = support::run_command("openssl",
                                         {"req",
                                          "-newkey",
                                          "rsa:2048",
                                          "-nodes",
                                          "-keyout",
                                          "/dev/null",
                                          "-subj",
                                          "/CN=Example",
                                          "-out",
                                          file});
  REQUIRE_MESSAGE(made.exit_code == 0, made.output);
  return {.kind = "rsa-2048", .request = SigningRequest::parse(support::read_file(file)).value()};
}

// The signed certificate, or the end of the test case.
Certificate certify(const CertificateProfile& profile,
                    const CertificatePlan& plan,
                    const SigningRequest& request,
                    const support::TestRoot& issuer) {
  const auto draft = CertificateDraft::of_subordinate(
      {.profile = profile, .plan = plan, .request = request, .issuer = issuer.certificate}, {});
  if (!draft) {
    cannot_make(profile, draft.error().message);
  }
  auto certificate = sign_certificate(*draft, *issuer.key);
  if (!certificate) {
    cannot_make(profile, certificate.error().message);
  }
  return *certificate;
}

// Everything that the profiles make with issuers of one algorithm.
class Maker {
 public:
  Maker(Algorithm algorithm, const std::vector<Subject>& subjects)
      : algorithm_(name_of(algorithm)),
        subjects_(subjects),
        root_(support::make_root(algorithm)),
        below_(make_subordinate(algorithm)) {}

  const std::vector<Made>& make(const CertificateProfile& profile) {
    made_.clear();
    switch (profile.kind) {
      case ProfileKind::kRoot:
      case ProfileKind::kSelfSigned:
        make_root(profile);
        break;
      case ProfileKind::kSubordinate:
        make_subordinates(profile);
        break;
      case ProfileKind::kEndEntity:
        make_issued(profile, root_);
        make_issued(profile, below_);
        break;
      case ProfileKind::kRevocationList:
        make_lists(profile);
        break;
      default:
        cannot_make(profile, "a kind that was added later");
    }
    return made_;
  }

 private:
  support::TestRoot make_subordinate(Algorithm algorithm) {
    auto key = support::new_key(algorithm);
    const SigningRequest request = support::request_for(*key, "Example CA");
    Certificate certificate = certify(
        support::profile_named("subordinate-general"), support::subordinate_plan(), request, root_);
    return {.key = std::move(key), .certificate = std::move(certificate)};
  }

  void add(const CertificateProfile& profile, const std::string& how, std::string pem) {
    made_.push_back({.profile = profile.name,
                     .what = profile.name + ", " + algorithm_ + ": " + how,
                     .pem = std::move(pem)});
  }

  void make_root(const CertificateProfile& profile) {
    CertificatePlan plan = support::root_plan();
    plan.subject = name_for(profile);
    const auto draft = CertificateDraft::of_root(profile, plan, root_.key->public_key_info());
    if (!draft) {
      cannot_make(profile, draft.error().message);
    }
    const auto certificate = sign_certificate(*draft, *root_.key);
    if (!certificate) {
      cannot_make(profile, certificate.error().message);
    }
    add(profile, "self-signed", certificate->pem());
  }

  void make_subordinates(const CertificateProfile& profile) {
    if (profile.certificate.subject_source != SubjectSource::kPredecessor) {
      make_issued(profile, root_);
      return;
    }
    for (const Algorithm theirs : support::algorithms_here()) {
      if (support::is_slow(theirs) && theirs != root_.key->algorithm()) {
        continue;
      }
      add(profile,
          "certifies a root of " + std::string(name_of(theirs)),
          support::make_certificate(root_, profile.name, theirs).certificate.pem());
    }
  }

  void make_issued(const CertificateProfile& profile, const support::TestRoot& issuer) {
    const std::vector<std::string>& kinds = profile.certificate.key_kinds;
    const auto is_allowed = [&](const std::string& kind) {
      return std::ranges::find(kinds, kind) != kinds.end();
    };
    // All kinds of subject below one algorithm; below the others their own, if it may be one.
    const std::string p256(name_of(Algorithm::kP256));
    const std::string own = is_allowed(algorithm_) ? algorithm_ : p256;
    for (const Subject& subject : subjects_) {
      if (!is_allowed(subject.kind) || (subject.kind != own && algorithm_ != p256)) {
        continue;
      }
      for (const Extent extent : extents()) {
        add(profile,
            std::string("certifies ") + subject.kind +
                (extent == Extent::kMost ? ", all parts" : ", least parts") +
                (issuer.certificate.is_self_issued() ? ", below the root"
                                                     : ", below a subordinate"),
            certify(profile, plan_for(profile, issuer.certificate, extent), subject.request, issuer)
                .pem());
      }
    }
  }

  // A slow algorithm makes one of each, with all parts; in the others both are to be seen.
  [[nodiscard]] std::vector<Extent> extents() const {
    return support::is_slow(root_.key->algorithm())
               ? std::vector<Extent>{Extent::kMost}
               : std::vector<Extent>{Extent::kLeast, Extent::kMost};
  }

  // One without an entry, and one with an entry for each reason that the profile knows.
  void make_lists(const CertificateProfile& profile) {
    std::vector<IssuedCertificate> issued;
    std::vector<Revocation> revocations;
    for (const std::string& reason : profile.list.reasons) {
      const base::Bytes serial{0x01, static_cast<std::uint8_t>(issued.size() + 1)};
      issued.push_back({.issuer = root_.certificate.subject().der(),
                        .serial = serial,
                        .not_after = support::at("2033-12-31T23:59:59Z")});
      revocations.push_back({.issuer = root_.certificate.subject().der(),
                             .serial = serial,
                             .revoked_at = support::at("2026-05-01T00:00:00Z"),
                             .reason = revocation_reason_named(reason).value()});
    }
    make_list(profile, "empty", {}, {});
    make_list(profile, "with every reason", issued, revocations);
  }

  void make_list(const CertificateProfile& profile,
                 const char* how,
                 const std::vector<IssuedCertificate>& issued,
                 const std::vector<Revocation>& revocations) {
    RevocationListPlan plan;
    plan.this_update = support::at("2026-06-01T00:00:00Z");
    plan.next_update = plan.this_update + std::min(profile.longest, std::chrono::days{5000}) -
                       std::chrono::seconds{1};
    const DistinguishedName& issuer = root_.certificate.subject();
    auto draft = RevocationListDraft::of({.profile = profile,
                                          .plan = plan,
                                          .issuer = root_.certificate,
                                          .issued = IssuedCertificates(issuer, issued),
                                          .revocations = Revocations(issuer, revocations)});
    if (!draft) {
      cannot_make(profile, draft.error().message);
    }
    const auto list = sign_revocation_list(std::move(*draft), *root_.key);
    if (!list) {
      cannot_make(profile, list.error().message);
    }
    add(profile, how, list->pem());
  }

  std::string algorithm_;
  const std::vector<Subject>& subjects_;
  support::TestRoot root_;
  support::TestRoot below_;  // a subordinate that issues, too
  std::vector<Made> made_;
};

// The names of zlint's lints whose source is an RFC. (Its option for sources does not know all that
// it lists itself, and none of its options applies to CRLs.)
std::set<std::string> rfc_lints() {
  const auto listed = support::run_command("zlint", {"-list-lints-json"});
  REQUIRE_MESSAGE(listed.exit_code == 0, "zlint is missing: scripts/dev/install-zlint installs it");
  std::istringstream lines(listed.output);
  std::set<std::string> names;
  for (std::string line; std::getline(lines, line);) {
    const json lint = json::parse(line);
    if (lint.at("source").get<std::string>().starts_with("RFC")) {
      names.insert(lint.at("name"));
    }
  }
  REQUIRE(names.size() > 100);
  return names;
}

// The RFC lints of zlint that report a warning or more about each file, in their order.
std::vector<std::vector<std::string>> judged(const std::vector<std::string>& files) {
  static const std::set<std::string> lints = rfc_lints();
  const auto outcome = support::run_command("zlint", files);
  REQUIRE_MESSAGE(outcome.exit_code == 0, outcome.output);
  std::istringstream lines(outcome.output);
  std::vector<std::vector<std::string>> all;
  for (std::string line; std::getline(lines, line);) {
    const json answer = json::parse(line);
    REQUIRE(answer.size() >= 4);  // the lints were there: 300 on a certificate, 4 on a CRL
    std::vector<std::string> found;
    for (const auto& [lint, result] : answer.items()) {
      const std::string level = result.at("result");
      if (lints.contains(lint) && (level == "warn" || level == "error" || level == "fatal")) {
        found.push_back(lint);
      }
    }
    all.push_back(std::move(found));
  }
  REQUIRE(all.size() == files.size());
  return all;
}

}  // namespace

TEST_CASE("zlint: no RFC finding on what any profile makes with any algorithm") {
  const support::TemporaryFolder folder;
  std::vector<Subject> subjects{small_rsa_subject(folder)};
  for (const Algorithm algorithm : support::algorithms_here()) {
    subjects.push_back(subject_of(algorithm));
  }
  std::set<std::string> seen;
  std::size_t count = 0;
  for (const Algorithm algorithm : support::algorithms_here()) {
    Maker maker(algorithm, subjects);
    for (const std::string& name : profile_names()) {
      const std::vector<Made>& made = maker.make(support::profile_named(name));
      REQUIRE_FALSE(made.empty());
      std::vector<std::string> files;
      for (const Made& one : made) {
        files.push_back((folder / (std::to_string(count++) + ".pem")).string());
        support::plant(files.back(), one.pem);
      }
      const std::vector<std::vector<std::string>> found = judged(files);
      for (std::size_t i = 0; i < made.size(); ++i) {
        for (const std::string& lint : found[i]) {
          CHECK_MESSAGE(is_excepted(name, lint), made[i].what << ": " << lint);
          seen.insert(name + " " + lint);
        }
      }
    }
  }
  MESSAGE(count, " certificates and CRLs were judged");
  for (const LintException& each : kExceptions) {
    INFO("an exception that nothing needs any more hides what comes later");
    CHECK(seen.contains(std::string(each.profile) + " " + std::string(each.lint)));
  }
}

TEST_CASE("zlint: the way it is asked here finds what is wrong with a certificate and a CRL") {
  const support::TemporaryFolder folder;
  const auto file = [&](const char* name) { return (folder / name).string(); };
  const auto run = [](const std::vector<std::string>& arguments) {
    const auto outcome = support::run_command("openssl", arguments);
    REQUIRE_MESSAGE(outcome.exit_code == 0, outcome.output);
  };
  run({"req",
       "-x509",
       "-newkey",
       "ec",
       "-pkeyopt",
       "ec_paramgen_curve:P-256",
       "-nodes",
       "-keyout",
       file("bad.key"),
       "-subj",
       "/CN=Example",
       "-addext",
       "keyUsage=keyCertSign",
       "-out",
       file("bad.pem")});
  // openssl writes the reason "unspecified", which RFC 5280 section 5.3.1 wants left out.
  support::plant(folder / "index.txt",
                 "R\t331231235959Z\t260501000000Z,unspecified\t0101\tunknown\t/CN=x\n");
  support::plant(folder / "ca.cnf",
                 "[ca]\ndefault_ca=d\n[d]\ndatabase=" + file("index.txt") +
                     "\ndefault_md=sha256\ndefault_crl_days=30\n");
  run({"ca",
       "-gencrl",
       "-config",
       file("ca.cnf"),
       "-cert",
       file("bad.pem"),
       "-keyfile",
       file("bad.key"),
       "-out",
       file("bad.crl")});
  const std::vector<std::vector<std::string>> found = judged({file("bad.pem"), file("bad.crl")});
  CAPTURE(json(found).dump());
  CHECK(std::ranges::find(found[0], "w_ext_key_usage_not_critical") != found[0].end());
  CHECK(found[1] == std::vector<std::string>{"e_crl_has_valid_reason_code"});
}
