// ca/revocation_list_lint_rule.h - the form of the table of rules for CRLs; private to the lint.

#pragma once

#include <optional>
#include <span>
#include <string>

#include "ca/certificate_lint_rule.h"
#include "ca/revocation_list_lint.h"

namespace ca {

using enum base::Severity;  // the tables of rules name nothing oftener

// What a check looks at.
struct ListSubject {
  const RevocationList& list;
  const RevocationListLintContext& context;
};

// A row: `check` gives the message of the finding, or nothing when all is well.
struct ListRule {
  LintRule rule;
  std::optional<std::string> (*check)(const ListSubject& subject);
};

// The part of the table that is about single entries.
std::span<const ListRule> list_entry_rules();

}  // namespace ca
