// base/finding.h - one thing that a check noticed. A check collects all of them, not the first.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace base {

enum class Severity {
  kNotice,   // worth knowing; changes nothing
  kWarning,  // allowed, and somebody must decide that it is meant
  kError,    // must not go on
};

// "notice", "warning", "error".
constexpr std::string_view name_of(Severity severity) {
  switch (severity) {
    case Severity::kNotice:
      return "notice";
    case Severity::kWarning:
      return "warning";
    case Severity::kError:
      return "error";
  }
  return "?";
}

// `rule` is stable and greppable (kebab-case); `source` names where the rule comes from.
struct Finding {
  std::string rule;  // "request-key-too-small"
  Severity severity = Severity::kError;
  std::string field;    // what it is about: "subjectPublicKeyInfo"
  std::string source;   // "RFC 5280 section 4.2.1.9", "BR 6.1.5", "Conclave DESIGN 4"
  std::string message;  // one sentence: what is true, why, what to do now
};

using Findings = std::vector<Finding>;

}  // namespace base
