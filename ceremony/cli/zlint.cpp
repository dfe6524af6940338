#include "ceremony/cli/zlint.h"

#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <sstream>
#include <string_view>
#include <utility>

#include "base/posix_file.h"
#include "ceremony/cli/foreign_program.h"

namespace ceremony::cli {

namespace {

// How zlint's levels are called here; "pass", "NA" and "NE" are no findings.
struct ZlintLevel {
  std::string_view name;
  base::Severity severity;
};
constexpr std::array kZlintLevels{ZlintLevel{"info", base::Severity::kNotice},
                                  ZlintLevel{"notice", base::Severity::kNotice},
                                  ZlintLevel{"warn", base::Severity::kWarning},
                                  ZlintLevel{"error", base::Severity::kError},
                                  ZlintLevel{"fatal", base::Severity::kError}};

std::optional<ZlintLevel> level_named(std::string_view name) {
  for (const ZlintLevel& level : kZlintLevels) {
    if (level.name == name) {
      return level;
    }
  }
  return std::nullopt;
}

// A member of an object where it is a text, in one line that a terminal may show.
std::string text_in(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string()
             ? base::fit_for_terminal(found->get<std::string>())
             : "";
}

// What zlint says about its rules.
struct ZlintRule {
  std::string source;
  std::string description;
};
using ZlintRules = std::map<std::string, ZlintRule, std::less<>>;

// One JSON object a line; what is none is passed over.
ZlintRules rules_listed(const std::string& output) {
  ZlintRules rules;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    const Json rule = Json::parse(line, nullptr, false);
    if (!rule.is_object()) {
      continue;
    }
    const std::string citation = text_in(rule, "citation");
    std::string source = text_in(rule, "source");
    source.append(source.empty() || citation.empty() ? "" : ", ").append(citation);
    rules[text_in(rule, "name")] = {.source = std::move(source),
                                    .description = text_in(rule, "description")};
  }
  return rules;
}

class ZlintDesk {
 public:
  ZlintDesk(std::filesystem::path program, std::chrono::seconds limit)
      : program_(std::move(program)), limit_(limit) {
    report_.was_asked = true;
  }

  ZlintReport ask(const std::vector<ZlintObject>& objects) {
    ask_for_version();
    for (const ZlintObject& object : objects) {
      if (!ask_about(object)) {
        break;
      }
    }
    if (!report_.findings.empty()) {
      explain();
    }
    return std::move(report_);
  }

 private:
  base::Result<std::string> run(std::vector<std::string> arguments, std::string_view input) {
    const auto begin = std::chrono::steady_clock::now();
    base::Result<std::string> output = run_program(
        {.program = program_, .arguments = std::move(arguments), .input = input, .limit = limit_});
    took_too_long_ = std::chrono::steady_clock::now() - begin >= limit_;
    return output;
  }

  void ask_for_version() {
    constexpr std::string_view kBefore = "ZLint version ";
    const base::Result<std::string> output = run({"-version"}, {});
    const std::size_t at = output ? output->find(kBefore) : std::string::npos;
    if (at != std::string::npos) {
      const std::string rest = output->substr(at + kBefore.size());
      report_.version = base::fit_for_terminal(rest.substr(0, rest.find('\n')));
    }
  }

  // False where it is not to be asked again.
  bool ask_about(const ZlintObject& object) {
    const base::Result<std::string> output =
        run({"-format", "pem", "-"}, ca::pem_text(object.label, object.encoded.der));
    if (!output) {
      add_trouble(object.where, output.error().message);
      return !took_too_long_;
    }
    const Json answer = Json::parse(*output, nullptr, false);
    if (!answer.is_object() || answer.empty()) {
      add_trouble(object.where, "gave an answer that cannot be read");
      return true;
    }
    for (const auto& [rule, result] : answer.items()) {
      add_result(object.where, rule, result);
    }
    return true;
  }

  void add_result(const std::string& where, const std::string& rule, const Json& result) {
    const std::string name = result.is_object() ? text_in(result, "result") : "";
    const std::optional<ZlintLevel> level = level_named(name);
    if (level) {
      report_.findings.push_back({.file = where,
                                  .level = name,
                                  .finding = {.rule = base::fit_for_terminal(rule),
                                              .severity = level->severity,
                                              .field = {},
                                              .source = "zlint",
                                              .message = text_in(result, "details")}});
    }
  }

  // What the rules say and where they come from.
  void explain() {
    const base::Result<std::string> output = run({"-list-lints-json"}, {});
    const ZlintRules rules = output ? rules_listed(*output) : ZlintRules();
    for (ZlintFinding& found : report_.findings) {
      const auto rule = rules.find(found.finding.rule);
      if (rule == rules.end()) {
        continue;
      }
      found.finding.source = rule->second.source;
      const std::string details = found.finding.message;
      found.finding.message =
          rule->second.description + (details.empty() ? "" : " (" + details + ")");
    }
  }

  void add_trouble(const std::string& where, const std::string& what) {
    report_.troubles.push_back({where,
                                {.rule = "zlint-failed",
                                 .severity = base::Severity::kNotice,
                                 .field = "file",
                                 .source = "zlint",
                                 .message = "zlint " + what + ", so it has not judged this."}});
  }

  std::filesystem::path program_;
  std::chrono::seconds limit_;
  ZlintReport report_;
  bool took_too_long_ = false;
};

}  // namespace

ZlintReport ask_zlint(const std::vector<ZlintObject>& objects, std::chrono::seconds limit) {
  const std::optional<std::filesystem::path> program = find_program("zlint");
  if (!program || objects.empty()) {
    ZlintReport report;
    report.why_not = program ? "there is nothing for it to judge" : "it is not installed";
    return report;
  }
  return ZlintDesk(*program, limit).ask(objects);
}

Json zlint_json(const ZlintReport& report) {
  Json findings = Json::array();
  for (const auto& [file, level, finding] : report.findings) {
    findings.push_back({{"rule", finding.rule},
                        {"severity", name_of(finding.severity)},
                        {"level", level},
                        {"source", finding.source},
                        {"file", file},
                        {"message", finding.message}});
  }
  Json troubles = Json::array();
  for (const FileFinding& trouble : report.troubles) {
    troubles.push_back({{"file", trouble.file}, {"message", trouble.finding.message}});
  }
  return {{"asked", report.was_asked},
          {"why_not", report.was_asked ? Json() : Json(report.why_not)},
          {"version", report.version.empty() ? Json() : Json(report.version)},
          {"findings", std::move(findings)},
          {"troubles", std::move(troubles)}};
}

std::string zlint_text(const ZlintReport& report) {
  if (!report.was_asked) {
    return "zlint: not asked (" + report.why_not + ").\n";
  }
  const std::string version = report.version.empty() ? "" : " " + report.version;
  std::string text;
  for (const auto& [file, level, finding] : report.findings) {
    text.append(file).append(": zlint ").append(level).append(": ").append(finding.message);
    text.append(" [").append(finding.rule).append("; ").append(finding.source).append("]\n");
  }
  for (const FileFinding& trouble : report.troubles) {
    text.append(trouble.file).append(": ").append(trouble.finding.message).append("\n");
  }
  return text + "zlint" + version +
         (report.findings.empty() && report.troubles.empty()
              ? " was asked, and reports nothing.\n"
              : " was asked. What it reports is shown, and decides nothing here.\n");
}

}  // namespace ceremony::cli
