#include "ceremony/evaluation_rules.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "ceremony/iso_duration.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr const char* kDeclaredRule = "As declared; nothing in the record can show it.";

Error contradiction(TaxonomyField field, const std::string& what) {
  return Error{ErrorCode::kInconsistent,
               std::string(definition_of(field).name) + ": " + what +
                   "; correct the declaration, or find out why the record says otherwise"};
}

bool is_authority(const CertificateFact& certificate) {
  return certificate.path_length >= 0 || certificate.profile.rfind("subordinate", 0) == 0;
}

// The level of the deepest end-entity certificates, or why it does not follow.
struct DeepestLevel {
  unsigned level = 0;  // 0: does not follow
  std::vector<Evidence> evidence;
  std::string reason;
};

DeepestLevel deepest_level(const AnchorFacts& facts) {
  if (!facts.root) {
    return {.level = 0, .evidence = {}, .reason = "The records given do not hold the root."};
  }
  std::map<std::string, unsigned> levels{{facts.root->public_key, 1}};
  DeepestLevel deepest{
      .level = 0, .evidence = {{facts.root->entry, "/data/public_key"}}, .reason = ""};
  for (const CertificateFact& certificate : facts.issued) {
    const auto issuer = levels.find(certificate.issuer_public_key);
    if (issuer == levels.end()) {
      return {.level = 0, .evidence = {}, .reason = "An issuer is not in the records given."};
    }
    const unsigned level = issuer->second + 1;
    if (is_authority(certificate)) {
      levels.emplace(certificate.public_key, level);
    }
    if (is_authority(certificate) && certificate.path_length < 0) {
      return {
          .level = 0,
          .evidence = {},
          .reason = "A subordinate CA without a path length may have any number of CAs below it."};
    }
    // So many CAs may follow below it, and the end entities below those.
    const unsigned below =
        is_authority(certificate) ? static_cast<unsigned>(certificate.path_length) + 1 : 0;
    deepest.level = std::max(deepest.level, level + below);
    deepest.evidence.push_back({certificate.entry, "/data/path_length"});
  }
  if (deepest.level == 0) {
    deepest.reason = "The root has not yet signed a certificate in the records given.";
  }
  return deepest;
}

// The day after the last on which a certificate is valid: `not_after` counts to the end of its day
// (RFC 5280 section 4.1.2.5, "inclusive"). None: 9999-12-31, which stands for no end.
std::optional<base::Date> end_of(const CertificateFact& certificate) {
  auto end = base::add_days(certificate.not_after, std::chrono::days(1));
  return end ? std::optional<base::Date>(*end) : std::nullopt;
}

// Checks a declared limit against each subordinate CA: it cannot serve longer than it is valid.
Result<void> check_time_limit(const std::vector<CertificateFact>& authorities,
                              const Declaration& declaration) {
  if (!declaration.value.is_string()) {
    return {};
  }
  auto limit = parse_iso_duration(declaration.value.get<std::string>());
  if (!limit) {
    return std::move(limit).error();
  }
  for (const CertificateFact& authority : authorities) {
    const std::optional<base::Date> end = end_of(authority);
    auto limit_over = date_after(authority.not_before, *limit);
    if (end && (!limit_over || *limit_over > *end)) {
      return contradiction(declaration.field,
                           "the declared time is longer than a subordinate CA's certificate is "
                           "valid");
    }
  }
  return {};
}

std::vector<CertificateFact> authorities_of(const AnchorFacts& facts) {
  std::vector<CertificateFact> authorities;
  std::copy_if(facts.issued.begin(),
               facts.issued.end(),
               std::back_inserter(authorities),
               [](const CertificateFact& one) { return is_authority(one); });
  return authorities;
}

// The longest validity of `authorities`, of which there is one; none where one has no end.
std::optional<base::DateSpan> longest_validity(const std::vector<CertificateFact>& authorities) {
  base::DateSpan longest{.from = authorities.front().not_before,
                         .to = authorities.front().not_before};
  for (const CertificateFact& authority : authorities) {
    const std::optional<base::Date> end = end_of(authority);
    if (!end) {
      return std::nullopt;
    }
    const base::DateSpan span{.from = authority.not_before, .to = *end};
    longest = base::days_in(span) > base::days_in(longest) ? span : longest;
  }
  return longest;
}

std::set<std::string> algorithms_in_use(const AnchorFacts& facts) {
  std::set<std::string> used;
  if (facts.root) {
    used.insert(facts.root->algorithm);
  }
  for (const CertificateFact& certificate : facts.issued) {
    used.insert(certificate.algorithm);
  }
  return used;
}

std::vector<Evidence> certificate_evidence(const AnchorFacts& facts, const std::string& pointer) {
  std::vector<Evidence> evidence;
  if (facts.root) {
    evidence.push_back({facts.root->entry, pointer});
  }
  for (const CertificateFact& certificate : facts.issued) {
    evidence.push_back({certificate.entry, pointer});
  }
  return evidence;
}

// A value of several parts: `part` is the declared one.
void set_declared_part(Answer& answer, const std::string& part, const Declaration* declaration) {
  answer.value[part] = declaration == nullptr ? Json() : declaration->value;
  if (declaration != nullptr) {
    answer.declared.push_back("/" + part);
    add_statement(answer, *declaration);
  }
}

}  // namespace

Answer unanswered(TaxonomyField field, std::string reason) {
  Answer answer;
  answer.field = field;
  answer.rule = "None applies.";
  answer.reason = std::move(reason);
  return answer;
}

Answer answered(TaxonomyField field, AnswerSource source, std::string rule) {
  Answer answer;
  answer.field = field;
  answer.source = source;
  answer.rule = std::move(rule);
  return answer;
}

void add_statement(Answer& answer, const Declaration& declaration) {
  answer.by = Statement{.by = declaration.by,
                        .date = declaration.date,
                        .document_sha256 = declaration.document_sha256};
  answer.note = declaration.note;
}

Answer declared_answer(TaxonomyField field, const Declaration* declaration) {
  if (declaration == nullptr) {
    return unanswered(field, kNobodyDeclared);
  }
  Answer answer = answered(field, AnswerSource::kDeclared, kDeclaredRule);
  answer.value = declaration->value;
  add_statement(answer, *declaration);
  if (answer.value.is_null()) {
    answer.reading = "There is no such limit.";
  }
  return answer;
}

Answer answer_if_external(TaxonomyField field, const std::vector<Declaration>& declarations) {
  const Declaration* const location =
      find_declaration(declarations, TaxonomyField::kInitialEnclaveLocation);
  if (location == nullptr || location->value != "internal") {
    return declared_answer(field, find_declaration(declarations, field));
  }
  Answer answer = answered(field,
                           AnswerSource::kDeclared,
                           "Does not apply, by what is declared for initial-enclave-location.");
  add_statement(answer, *location);
  answer.note.clear();
  answer.reading = "The first stage is inside the CPU package.";
  return answer;
}

base::Result<Answer> level_answer(TaxonomyField field,
                                  const AnchorFacts& facts,
                                  const Declaration* declaration) {
  const DeepestLevel deepest = deepest_level(facts);
  if (deepest.level == 0) {
    Answer answer = declared_answer(field, declaration);
    if (declaration == nullptr) {
      answer.reason = deepest.reason + " " + kNobodyDeclared;
    }
    return answer;
  }
  if (declaration != nullptr && declaration->value != deepest.level) {
    return contradiction(field, "the declared level is not the one that the certificates have");
  }
  Answer answer = answered(field,
                           AnswerSource::kDerived,
                           "Level of the deepest end-entity certificates: one below the lowest CA "
                           "that the path lengths of the subordinate CAs allow.");
  answer.value = deepest.level;
  answer.detail = {{"level_with_end_entities", deepest.level},
                   {"levels_of_authorities", deepest.level - 1}};
  answer.evidence = deepest.evidence;
  answer.reading =
      "Section 5.1: counted from one at the root down to the end-entity certificates. The "
      "terminology of -15 counts the levels of authorities alone; both stand in the detail.";
  if (declaration != nullptr) {
    add_statement(answer, *declaration);
    answer.rule += " The declared level agrees.";
  }
  return answer;
}

base::Result<Answer> time_limit_answer(const AnchorFacts& facts, const Declaration* declaration) {
  constexpr TaxonomyField kField = TaxonomyField::kIdentityTimeLimitsPerSubordinate;
  const std::vector<CertificateFact> authorities = authorities_of(facts);
  if (authorities.empty()) {
    return declared_answer(kField, declaration);
  }
  Answer answer;
  if (declaration != nullptr) {
    if (auto checked = check_time_limit(authorities, *declaration); !checked) {
      return std::move(checked).error();
    }
    answer = declared_answer(kField, declaration);
    answer.rule = "As declared; no subordinate CA's certificate ends before that time is over.";
  } else {
    answer = answered(kField,
                      AnswerSource::kDerived,
                      "The longest time for which a subordinate CA's certificate is valid.");
    const auto longest = longest_validity(authorities);
    answer.value = longest ? Json(iso_duration_of(*longest)) : Json();
    answer.reading = longest ? "An upper bound: no shorter limit has been declared."
                             : "A subordinate CA's certificate has no end, and no limit has been "
                               "declared.";
  }
  for (const CertificateFact& authority : authorities) {
    answer.evidence.push_back({authority.entry, "/data/not_before"});
    answer.evidence.push_back({authority.entry, "/data/not_after"});
  }
  return answer;
}

base::Result<Answer> algorithms_answer(const AnchorFacts& facts, const Declaration* declaration) {
  constexpr TaxonomyField kField = TaxonomyField::kPkiAlgorithms;
  const std::set<std::string> used = algorithms_in_use(facts);
  if (used.empty() && declaration == nullptr) {
    return unanswered(kField, kNobodyDeclared);
  }
  Answer answer = answered(kField, AnswerSource::kDeclared, kDeclaredRule);
  answer.value["used"] = Json();
  if (!used.empty()) {
    answer.source = AnswerSource::kDerived;
    answer.rule = "Used: the algorithms of the keys in all certificates of the record.";
    answer.value["used"] = used;
    answer.evidence = certificate_evidence(facts, "/data/algorithm");
  }
  set_declared_part(answer, "usable", declaration);
  if (used.empty() || declaration == nullptr) {
    return answer;
  }
  for (const std::string& algorithm : used) {
    const Json& usable = declaration->value;
    if (std::find(usable.begin(), usable.end(), Json(algorithm)) == usable.end()) {
      return contradiction(kField,
                           "the declared list lacks " + algorithm +
                               ", with which a certificate of this anchor was made");
    }
  }
  answer.rule += " Usable with the device: as declared; it contains all that are used.";
  return answer;
}

Answer lifespan_answer(const AnchorFacts& facts, const Declaration* declaration) {
  constexpr TaxonomyField kField = TaxonomyField::kPkiLifespan;
  if (!facts.root && declaration == nullptr) {
    return unanswered(kField, kNobodyDeclared);
  }
  Answer answer = answered(kField, AnswerSource::kDeclared, kDeclaredRule);
  answer.value = {{"notBefore", nullptr}, {"notAfter", nullptr}};
  if (facts.root) {
    answer.source = AnswerSource::kDerived;
    answer.rule = "The validity of the root certificate. How it is replaced is declared.";
    answer.value["notBefore"] = base::format_date(facts.root->not_before);
    answer.value["notAfter"] = base::format_date(facts.root->not_after);
    answer.evidence = {{facts.root->entry, "/data/not_before"},
                       {facts.root->entry, "/data/not_after"}};
  }
  set_declared_part(answer, "replacement", declaration);
  return answer;
}

Answer lock_policy_answer(const AnchorFacts& facts, const Declaration* declaration) {
  constexpr TaxonomyField kField = TaxonomyField::kPkiLockPolicy;
  if (facts.issued.empty() && declaration == nullptr) {
    return unanswered(kField, kNobodyDeclared);
  }
  Answer answer = answered(kField, AnswerSource::kDeclared, kDeclaredRule);
  answer.value["certificates"] = Json::array();
  std::set<std::pair<std::string, std::int64_t>> kinds;
  for (const CertificateFact& certificate : facts.issued) {
    kinds.emplace(certificate.profile, certificate.path_length);
    answer.evidence.push_back({certificate.entry, "/data/profile"});
    answer.evidence.push_back({certificate.entry, "/data/path_length"});
  }
  for (const auto& [profile, path_length] : kinds) {
    answer.value["certificates"].push_back(
        {{"profile", profile}, {"path_length", path_length < 0 ? Json() : Json(path_length)}});
  }
  if (!kinds.empty()) {
    answer.source = AnswerSource::kDerived;
    answer.rule =
        "Certificates: the profiles under which this anchor signed, each with the path length that "
        "its certificates carry. What the device enforces is declared.";
  }
  set_declared_part(answer, "device", declaration);
  return answer;
}

}  // namespace ceremony
