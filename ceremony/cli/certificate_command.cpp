// `conclave certificate lint`: everything that is wrong with anybody's certificates and CRLs.

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ca/certificate.h"
#include "ca/certificate_lint.h"
#include "ca/pem.h"
#include "ca/revocation_list.h"
#include "ca/revocation_list_lint.h"
#include "ceremony/cli/certificate_file.h"
#include "ceremony/cli/command.h"
#include "ceremony/cli/zlint.h"

namespace ceremony::cli {

namespace {

constexpr std::string_view kLintFormat = "conclave-certificate-lint-1";

struct LintArguments {
  std::vector<std::string> files;
  std::string issuer;  // "" where none was given
  unsigned zlint_seconds = 60;
  bool no_zlint = false;
  bool json = false;
};

bool is_list_label(const std::string& label) {
  return label.empty() || label == "X509 CRL";
}

base::Finding unreadable(const char* rule, std::string message) {
  return {.rule = rule,
          .severity = base::Severity::kError,
          .field = "file",
          .source = "RFC 7468, RFC 5280",
          .message = std::move(message)};
}

base::Bytes key_identifier(const std::optional<ca::AuthorityKeyIdentifier>& found) {
  return found ? found->key_identifier : base::Bytes();
}

// The identifier of the key that signed it by its own word; empty where it has none. A root may
// leave it out, because it is its own.
base::Bytes issuing_key(const ca::Certificate& certificate) {
  const base::Bytes key = key_identifier(certificate.known().authority_key_identifier);
  return key.empty() && certificate.is_self_issued()
             ? certificate.known().subject_key_identifier.value_or(base::Bytes())
             : key;
}

// The certificate of that name, and of several (a root and its successor) the one with that key.
const ca::Certificate* named(const Certificates& list,
                             const ca::DistinguishedName& name,
                             const base::Bytes& key) {
  const ca::Certificate* first = nullptr;
  for (const ca::Certificate& each : list) {
    if (each.subject() != name) {
      continue;
    }
    if (!key.empty() && each.known().subject_key_identifier == key) {
      return &each;
    }
    first = first == nullptr ? &each : first;
  }
  return first;
}

// Looks at objects with what is known about their issuers.
class Linter {
 public:
  // `given`: those of --issuer, of which one must have issued all; empty where none were given.
  explicit Linter(Certificates given) : given_(std::move(given)) {}

  void lint(const Content& content) {
    const Certificates around = certificates_in(content);
    std::size_t looked_at = 0;
    for (std::size_t i = 0; i < content.objects.size(); ++i) {
      const std::string where =
          content.objects.size() == 1 ? content.file : content.file + "#" + std::to_string(i + 1);
      looked_at += lint_object(where, content.objects[i], around) ? 1U : 0U;
    }
    if (looked_at == 0) {
      const std::string why = content.fault.empty()
                                  ? "This file holds no certificate and no CRL in PEM or DER; look "
                                    "whether it is the right file"
                                  : content.fault;
      findings_.push_back({content.file, unreadable("file-without-certificate", why + ".")});
    }
  }

  [[nodiscard]] const std::vector<FileFinding>& findings() const { return findings_; }
  // What was looked at, to be shown to others, too.
  [[nodiscard]] const std::vector<ZlintObject>& looked_at() const { return looked_at_; }

 private:
  // Whether it was a certificate or CRL, good or bad.
  bool lint_object(const std::string& where,
                   const ca::EncodedObject& object,
                   const Certificates& around) {
    std::optional<base::Error> error;
    if (is_certificate_label(object.label)) {
      const base::Result<ca::Certificate> certificate =
          ca::Certificate::parse(object.der, ca::Encoding::kWhateverIsFound);
      if (certificate) {
        looked_at_.push_back({.where = where, .label = "CERTIFICATE", .encoded = object});
        add(where,
            ca::lint_certificate(
                *certificate,
                {.issuer = issuer_of(certificate->issuer(), issuing_key(*certificate), around)}));
        return true;
      }
      error = certificate.error();
    }
    if (is_list_label(object.label)) {
      const base::Result<ca::RevocationList> list =
          ca::RevocationList::parse(object.der, ca::Encoding::kWhateverIsFound);
      if (list) {
        looked_at_.push_back({.where = where, .label = "X509 CRL", .encoded = object});
        ca::RevocationListLintContext context;
        context.issuer = issuer_of(
            list->issuer(), key_identifier(list->known().authority_key_identifier), around);
        add(where, ca::lint_revocation_list(*list, context));
        return true;
      }
      error = object.label.empty() ? error : list.error();
    }
    if (error && !object.label.empty()) {
      findings_.push_back({where, unreadable("certificate-malformed", error->message + ".")});
    }
    return error && !object.label.empty();
  }

  // The certificate of that name among those given, else around; the first given when none fits,
  // so that the rule on the issuer's name reports it.
  [[nodiscard]] const ca::Certificate* issuer_of(const ca::DistinguishedName& name,
                                                 const base::Bytes& key,
                                                 const Certificates& around) const {
    for (const Certificates* const list : {&given_, &around}) {
      if (const ca::Certificate* const found = named(*list, name, key)) {
        return found;
      }
    }
    return given_.empty() ? nullptr : &given_.front();
  }

  void add(const std::string& where, const base::Findings& findings) {
    for (const base::Finding& finding : findings) {
      findings_.push_back({where, finding});
    }
  }

  Certificates given_;
  std::vector<FileFinding> findings_;
  std::vector<ZlintObject> looked_at_;
};

base::Result<Certificates> read_issuers(const std::string& file) {
  return file.empty() ? Certificates() : read_certificates(file);
}

ExitCode lint(const LintArguments& arguments) {
  base::Result<Certificates> issuers = read_issuers(arguments.issuer);
  if (!issuers) {
    return report(issuers.error());
  }
  Linter linter(std::move(*issuers));
  for (const std::string& file : arguments.files) {
    const base::Result<Content> content = read_content(file);
    if (!content) {
      return report(content.error());
    }
    linter.lint(*content);
  }
  const std::vector<FileFinding>& findings = linter.findings();
  const bool ok = std::none_of(findings.begin(), findings.end(), [](const FileFinding& each) {
    return each.finding.severity != base::Severity::kNotice;
  });
  ZlintReport zlint;
  zlint.why_not = "--no-zlint";
  if (!arguments.no_zlint) {
    zlint = ask_zlint(linter.looked_at(), std::chrono::seconds(arguments.zlint_seconds));
  }
  if (arguments.json) {
    std::cout << findings_json(kLintFormat, findings, ok, {{"zlint", zlint_json(zlint)}});
  } else {
    std::cout << findings_text(findings) << (ok ? "Nothing to report.\n" : "") << zlint_text(zlint);
  }
  return ok ? ExitCode::kDone : ExitCode::kVerificationFailed;
}

}  // namespace

void add_certificate_commands(CLI::App& app, Outcome& outcome) {
  CLI::App* const certificate = app.add_subcommand("certificate", "Certificates and CRLs (X.509)");
  certificate->require_subcommand(1);
  CLI::App* const lint_app = certificate->add_subcommand(
      "lint",
      "Report everything that is wrong with certificates and CRLs, anybody's.\n"
      "Where zlint is installed it is asked, too, and its findings are shown beside ours: most of\n"
      "its rules are for the public web PKI, so they decide nothing.\n"
      "Exit code 0: nothing of ours above a notice; 3: a warning or an error of ours; 1: a file\n"
      "cannot be read.");
  const auto arguments = std::make_shared<LintArguments>();
  lint_app->add_option("FILE", arguments->files, "PEM (several in a file) or DER")->required();
  lint_app->add_option("--issuer", arguments->issuer, "The issuer's certificate, PEM or DER");
  lint_app->add_flag("--no-zlint", arguments->no_zlint, "Do not ask zlint");
  lint_app
      ->add_option("--zlint-seconds",
                   arguments->zlint_seconds,
                   "How long zlint may take for one certificate or CRL")
      ->check(CLI::Range(1U, 3600U))
      ->capture_default_str();
  lint_app->add_flag("--json", arguments->json, "Print the findings as JSON");
  lint_app->callback([arguments, &outcome] { outcome.code = lint(*arguments); });
}

}  // namespace ceremony::cli
