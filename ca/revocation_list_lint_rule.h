// ca/revocation_list_lint_rule.h - the form of the table of rules for CRLs; private to the lint.

#pragma once

#include <optional>
#include <span>
#include <string>

#include "ca/certificate_lint_rule.h"
#include "ca/revocation_list_lint.h"

namespace ca {

using enum base::Severity;  // the tables of rules name nothing oftener

// What is true of at least one entry. All of it is found in one walk through the entries.
struct EntryFacts {
  bool has_odd_serial = false;
  bool has_duplicate = false;
  bool has_issuer = false;  // the root that signs the list
  bool has_future_date = false;
  bool has_odd_date = false;
  bool has_written_unspecified = false;
  bool has_other_reason = false;
  bool has_critical_reason = false;
  bool has_other_extensions = false;
  std::optional<std::string> difference;  // from the entries expected
};

EntryFacts entry_facts(const RevocationList& list, const RevocationListLintContext& context);

// What a check looks at.
struct ListSubject {
  const RevocationList& list;
  const RevocationListLintContext& context;
  const EntryFacts entries;
};

// A row: `check` gives the message of the finding, or nothing when all is well.
struct ListRule {
  LintRule rule;
  std::optional<std::string> (*check)(const ListSubject& subject);
};

// The part of the table that is about single entries.
std::span<const ListRule> list_entry_rules();

}  // namespace ca
