#include <string>
#include <string_view>
#include <utility>

#include "ceremony/evaluation_rules.h"

namespace ceremony {

namespace {

constexpr const char* kKeyEnded =
    "The record ends the key (entry key.end): what its shares open is in use no more.";

constexpr const char* kFewerNow =
    "As many as were made. The newest verification did not find every share good, so fewer are "
    "left "
    "now; how many is the owners' knowledge.";

std::vector<EntryRef> activations(const AnchorFacts& facts) {
  std::vector<EntryRef> entries;
  for (const SiteFact& site : facts.sites) {
    if (!site.reason.empty()) {
      entries.push_back(site.entry);
    }
  }
  return entries;
}

std::vector<Evidence> evidence_of(const std::vector<EntryRef>& entries,
                                  const std::string& pointer) {
  std::vector<Evidence> list;
  list.reserve(entries.size());
  for (const EntryRef& entry : entries) {
    list.push_back({.entry = entry, .pointer = pointer});
  }
  return list;
}

// The newest of `entries` that is not older than the share set, as evidence.
void add_newest_since(Answer& answer,
                      const ShareSetFact& set,
                      std::pair<const std::vector<EntryRef>*, const char*> what) {
  const auto& [entries, pointer] = what;
  if (!entries->empty() && entries->back().record >= set.entry.record) {
    answer.evidence.push_back({.entry = entries->back(), .pointer = pointer});
  }
}

// How the key is kept, in sentences, each of which an entry shows.
std::string storage_sentences(const AnchorFacts& facts) {
  std::string text = "Root key (" + facts.key->algorithm + ") made in ";
  text += facts.key->made_in == "token"
              ? "a PKCS#11 token (manufacturer \"" + facts.key->manufacturer + "\", model \"" +
                    facts.key->model + "\", firmware \"" + facts.key->firmware + "\")."
              : "locked memory of an offline machine.";
  if (!facts.wrapped.empty()) {
    text += " At rest it is encrypted with AES-256 key wrapping (RFC 5649).";
  }
  if (!facts.share_sets.empty()) {
    text += " The key that encrypts it is split by secret sharing among holders.";
  }
  if (!facts.restored.empty()) {
    text += " A restore from the shares was proven before use.";
  }
  if (!facts.destroyed.empty()) {
    text += " The copy in use is destroyed after each ceremony.";
  }
  if (!facts.ended.empty()) {
    text += " The record ends the key; the entry says what is left of it.";
  }
  return text;
}

std::vector<Evidence> storage_evidence(const AnchorFacts& facts) {
  std::vector<Evidence> evidence{{facts.key->entry, "/data/token"}};
  const auto add = [&evidence](const std::vector<EntryRef>& entries, const char* pointer) {
    const auto more = evidence_of(entries, pointer);
    evidence.insert(evidence.end(), more.begin(), more.end());
  };
  add(facts.wrapped, "/data/scheme");
  if (const ShareSetFact* const set = newest_share_set(facts); set != nullptr) {
    evidence.push_back({set->entry, "/data/scheme"});
  }
  add(facts.restored, "/data/result");
  add(facts.destroyed, "/data/what");
  add(facts.ended, "/data/claim");
  return evidence;
}

std::string declared_storage(const Declaration& declaration) {
  return "Declared: " + declaration.value.get<std::string>() + "." +
         (declaration.note.empty() ? "" : " " + declaration.note);
}

// That a quorum recovers the key. Where only the share set is in the records, it is all there is.
void add_quorum(Answer& answer, const ShareSetFact& set) {
  if (answer.source == AnswerSource::kNotAnswered) {
    answer = answered(
        answer.field, AnswerSource::kDerived, "What the record shows of the shares alone.");
    answer.evidence.push_back({.entry = set.entry, .pointer = "/data/scheme"});
  }
  answer.value = (answer.value.is_string() ? answer.value.get<std::string>() + " " : "") +
                 std::string(kQuorumSentence);
}

}  // namespace

const ShareSetFact* newest_share_set(const AnchorFacts& facts) {
  const ShareSetFact* newest = nullptr;
  for (const ShareSetFact& set : facts.share_sets) {  // of one generation, the last: dealt again
    newest = newest == nullptr || set.generation >= newest->generation ? &set : newest;
  }
  return newest;
}

bool is_known_incomplete(const AnchorFacts& facts, const ShareSetFact& set) {
  return !facts.health.empty() && facts.health.back().entry.record >= set.entry.record &&
         !facts.health.back().all_good;
}

Answer storage_answer(TaxonomyField field,
                      const AnchorFacts& facts,
                      const Declaration* declaration) {
  const bool is_anchor = field == TaxonomyField::kPkiAnchorStorage;
  Answer answer;
  if (!facts.key) {
    answer = declared_answer(field, declaration);
  } else {
    answer = answered(field,
                      AnswerSource::kDerived,
                      "Put together from what the record shows of key, encryption, shares, restore "
                      "and destruction.");
    answer.value = storage_sentences(facts);
    answer.evidence = storage_evidence(facts);
    if (declaration != nullptr) {
      add_statement(answer, *declaration);
      answer.note = declared_storage(*declaration);
    }
  }
  if (const ShareSetFact* const set = newest_share_set(facts); is_anchor && set != nullptr) {
    add_quorum(answer, *set);
  }
  if (is_anchor) {
    answer.withheld = {"number of people needed to recover it"};
    answer.reading =
        "The question asks for a number that section 5.3.1 wants confidential; the number is "
        "withheld.";
  }
  return answer;
}

Answer extra_answer(const AnchorFacts& facts, Losses losses) {
  constexpr TaxonomyField kField = TaxonomyField::kIdentitySharedSplitExtra;
  if (!facts.ended.empty()) {
    return unanswered(kField, kKeyEnded);
  }
  const ShareSetFact* const set = newest_share_set(facts);
  if (set == nullptr) {
    return unanswered(kField, "No share set is in the records given.");
  }
  Answer answer = answered(kField,
                           AnswerSource::kDerived,
                           losses == Losses::kCounted
                               ? "n - k of the newest share set, less the shares reported lost."
                               : "n - k of the newest share set when it was made.");
  answer.evidence.push_back({set->entry, "/data/extra"});
  add_newest_since(answer, *set, {&facts.shares_verified, "/data/polynomial"});
  std::vector<EntryRef> verified;
  for (const HealthFact& health : facts.health) {
    verified.push_back(health.entry);
  }
  add_newest_since(answer, *set, {&verified, "/data/result"});
  answer.withheld = {"k", "n"};
  if (losses == Losses::kNotKnown && is_known_incomplete(facts, *set)) {
    answer.reading = kFewerNow;
  }
  return answer;
}

Answer continents_answer(const AnchorFacts& facts, Losses losses) {
  constexpr TaxonomyField kField = TaxonomyField::kIdentitySharedSplitContinents;
  if (!facts.ended.empty()) {
    return unanswered(kField, kKeyEnded);
  }
  const ShareSetFact* const set = newest_share_set(facts);
  if (set == nullptr || losses == Losses::kNotKnown) {
    return unanswered(kField,
                      "The places of the holders are confidential and were not given to this "
                      "evaluation.");
  }
  Answer answer =
      answered(kField,
               AnswerSource::kComputed,
               "Continents that have enough holders with good shares and a copy of "
               "what the shares open, counted by the owners from facts that they keep.");
  answer.evidence.push_back({set->entry, "/data/_sd"});
  const std::size_t before = answer.evidence.size();
  const std::vector<EntryRef> activated = activations(facts);
  add_newest_since(answer, *set, {&activated, "/data/epoch"});
  add_newest_since(answer, *set, {&facts.drilled, "/data/objective_met"});
  if (answer.evidence.size() > before) {
    answer.source = AnswerSource::kExercised;
    answer.rule += " A recovery has since been carried out.";
  }
  answer.withheld = {"k", "n", "places of holders"};
  answer.reading =
      "Without a journey between continents, as -15 words it; -00 says without travel, which "
      "would count only holders who are already together.";
  return answer;
}

}  // namespace ceremony
