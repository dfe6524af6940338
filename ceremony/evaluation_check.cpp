#include "ceremony/evaluation_check.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "base/bytes.h"
#include "base/digest.h"
#include "ceremony/evaluation_check_answers.h"
#include "ceremony/evaluation_json.h"
#include "ceremony/evaluation_publications.h"
#include "ceremony/evaluation_rules.h"
#include "ceremony/evaluation_statements.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// A set of answers has those of its sections, and no other.
void check_names(const Json& fields, TaxonomySection section, std::vector<CheckedField>& checked) {
  const bool of_anchor = section == TaxonomySection::kTrustAnchors;
  for (const auto& [name, answer] : fields.items()) {
    const auto field = taxonomy_field_named(name);
    const bool belongs =
        field && definition_of(*field).name == name &&
        (definition_of(*field).section == TaxonomySection::kTrustAnchors) == of_anchor;
    if (!belongs) {
      checked.push_back(contradicted("fields",
                                     "a question stands in it that the draft does not "
                                     "ask there"));
    }
  }
}

// A name out of the file, in quotation marks, with nothing in it that a terminal obeys.
std::string fit_for_a_terminal(const std::string& name) {
  return Json(name).dump(-1, ' ', true, Json::error_handler_t::replace);
}

void check_anchor(const CheckedFile& file, const Json& anchor, std::vector<CheckedField>& checked) {
  const std::string key = text_part(anchor, "spki_sha256");
  const auto facts = std::find_if(
      file.facts.anchors.begin(), file.facts.anchors.end(), [&key](const AnchorFacts& one) {
        return public_key_of(one) == key;
      });
  const AnchorFacts declared_only;
  const AnchorFacts& known = facts == file.facts.anchors.end() ? declared_only : *facts;
  const std::size_t first = checked.size();
  for (const FieldDefinition& definition : taxonomy_fields()) {
    if (definition.section == TaxonomySection::kTrustAnchors) {
      checked.push_back(check_anchor_answer(
          known, definition.field, part_of(part_of(anchor, "fields"), definition.name)));
    }
  }
  check_names(part_of(anchor, "fields"), TaxonomySection::kTrustAnchors, checked);
  const std::string name = text_part(anchor, "name");
  for (std::size_t at = first; at < checked.size(); ++at) {
    checked[at].anchor = name.empty() ? "unnamed anchor" : fit_for_a_terminal(name);
  }
}

void check_anchors(const CheckedFile& file, std::vector<CheckedField>& checked) {
  std::set<std::string> keys;
  const Json& anchors = part_of(file.whole, "anchors");
  for (const Json& anchor : anchors) {
    if (!keys.insert(text_part(anchor, "spki_sha256")).second) {
      checked.push_back(contradicted("anchors", "one trust anchor stands in it twice"));
    }
    check_anchor(file, anchor, checked);
  }
  for (const AnchorFacts& facts : file.facts.anchors) {
    if (facts.root && !keys.contains(public_key_of(facts))) {
      checked.push_back(
          contradicted("anchors", "a root key of the records it names has no answers in it"));
    }
  }
  if (!anchors.is_array() || anchors.empty()) {
    checked.push_back(contradicted("anchors", "it answers for no trust anchor"));
  }
}

void add_part(const CheckedFile& file,
              const char* name,
              const Json& expected,
              std::vector<CheckedField>& checked) {
  const bool same = part_of(file.whole, name) == expected && file.whole.contains(name);
  checked.push_back(same ? recomputed(name, "as the records have it")
                         : contradicted(name, "it is not what the records have"));
}

// The parts of the file that are no answers.
void check_parts(const CheckedFile& file, std::vector<CheckedField>& checked) {
  const bool whole = std::all_of(file.facts.anchors.begin(),
                                 file.facts.anchors.end(),
                                 [](const AnchorFacts& anchor) { return anchor.whole; });
  add_part(file, "taxonomy", kTaxonomyRevision, checked);
  add_part(file, "mode", name_of(file.facts.mode), checked);
  add_part(file, "as_of", file.identity.as_of, checked);
  add_part(file, "records", whole ? "whole" : "partial", checked);
  add_part(file, "transcripts", transcripts_json(file.facts.records), checked);
  add_part(file, "aliases", aliases_json(), checked);
  Json subject = part_of(file.whole, "subject");
  const bool names_key = part_of(subject, "spki_sha256") == or_null(public_key_of(file.identity));
  checked.push_back(names_key
                        ? recomputed("subject", "its key is the root key of the records")
                        : contradicted("subject", "its key is not the root key of the records"));
  constexpr std::array<std::string_view, 10> kParts{"format",
                                                    "taxonomy",
                                                    "mode",
                                                    "subject",
                                                    "as_of",
                                                    "records",
                                                    "transcripts",
                                                    "fields",
                                                    "anchors",
                                                    "aliases"};
  for (const auto& [name, part] : file.whole.items()) {
    if (std::find(kParts.begin(), kParts.end(), name) == kParts.end()) {
      checked.push_back(contradicted("fields", "it has a part that the format does not know"));
    }
  }
}

// Heads of the records that a file names.
std::set<std::string> heads_named_in(const Json& whole) {
  std::set<std::string> heads;
  for (const Json& record : part_of(whole, "transcripts")) {
    heads.insert(text_part(record, "head"));
  }
  return heads;
}

bool vouches_for(const PublicRecord& record, const std::string& sha256) {
  const auto& entries = record.transcript.entries();
  return std::any_of(entries.begin(), entries.end(), [&sha256](const TranscriptEntry& entry) {
    return entry.type == "evaluation" && text_part(entry.data, "sha256") == sha256;
  });
}

// A record that goes before one of the file's, or before the one that vouches for the file, and
// that the file leaves out; "" where there is none.
std::string left_out(const std::vector<PublicRecord>& given,
                     const std::set<std::string>& named,
                     const PublicRecord* vouching) {
  std::set<std::string> wanted;
  for (const PublicRecord& record : given) {
    if (named.contains(record.transcript.head()) || &record == vouching) {
      wanted.insert(record.transcript.opening("previous_head"));
    }
  }
  for (const PublicRecord& record : given) {
    const std::string head = record.transcript.head();
    if (wanted.contains(head) && !named.contains(head)) {
      return record.id;
    }
  }
  return {};
}

// Whether the file is the one that a ceremony sealed, and whether it has left records out.
void check_choice_of_records(std::string_view bytes,
                             const CheckedFile& file,
                             const std::vector<PublicRecord>& given,
                             std::vector<CheckedField>& checked) {
  const std::string sha256 = base::sha256_hex(base::bytes_of(bytes));
  const auto vouching = std::find_if(given.begin(), given.end(), [&](const PublicRecord& record) {
    return vouches_for(record, sha256);
  });
  const PublicRecord* const record = vouching == given.end() ? nullptr : &*vouching;
  checked.push_back(record != nullptr
                        ? recomputed("file", "record " + record->id + " vouches for these bytes")
                        : consistent("file", "no record given vouches for these bytes"));
  const std::set<std::string> named = heads_named_in(file.whole);
  if (const std::string id = left_out(given, named, record); !id.empty()) {
    checked.push_back(contradicted(
        "transcripts", "record " + id + " stood before it was made, and it leaves that out"));
    return;
  }
  const auto later = std::count_if(given.begin(), given.end(), [&](const PublicRecord& one) {
    return !named.contains(one.transcript.head()) && &one != record;
  });
  if (later > 0) {
    checked.push_back(consistent(
        "as_of", "ceremonies were held since then, which it does not know; ask for a newer one"));
  }
}

Result<std::size_t> identity_of(const Json& whole, const RecordFacts& facts) {
  const std::string key = text_part(part_of(whole, "subject"), "spki_sha256");
  for (std::size_t at = 0; at < facts.anchors.size(); ++at) {
    if (public_key_of(facts.anchors[at]) == key) {
      return at;
    }
  }
  if (facts.anchors.size() == 1) {
    return std::size_t{0};
  }
  return Error{ErrorCode::kInconsistent,
               "the file does not say which root key of the records it is about; give the records "
               "of that one alone"};
}

}  // namespace

std::string_view name_of(FieldState state) {
  switch (state) {
    case FieldState::kRecomputed:
      return "recomputed";
    case FieldState::kConsistent:
      return "consistent";
    case FieldState::kContradicted:
      return "contradicted";
  }
  return "?";
}

bool EvaluationCheck::holds() const {
  return std::none_of(fields.begin(), fields.end(), [](const CheckedField& field) {
    return field.state == FieldState::kContradicted;
  });
}

base::Result<std::vector<PublicRecord>> records_named_in(std::string_view file,
                                                         const std::vector<PublicRecord>& given) {
  const auto whole = read_evaluation(file);
  if (!whole) {
    return whole.error();
  }
  std::vector<PublicRecord> named;
  for (const std::string& head : heads_named_in(*whole)) {
    if (!is_sha256_hex(head)) {
      return Error{ErrorCode::kMalformed,
                   "the file names a record without its head, so it cannot be checked; give the "
                   "file as it was published"};
    }
    const auto record = std::find_if(given.begin(), given.end(), [&head](const PublicRecord& one) {
      return one.transcript.head() == head;
    });
    if (record == given.end()) {
      return Error{ErrorCode::kNotFound,
                   "the file was made from a record with the head " + head +
                       ", and it is not among those given; give the whole record/public, or ask "
                       "whoever published the file which records it is about"};
    }
    named.push_back(*record);
  }
  return named;
}

base::Result<EvaluationCheck> check_evaluation(std::string_view bytes,
                                               const CheckMaterial& material) {
  const auto whole = read_evaluation(bytes);
  if (!whole) {
    return whole.error();
  }
  auto named = records_named_in(bytes, material.given);
  auto facts = named ? facts_of(*named) : Result<RecordFacts>(named.error());
  if (!facts) {
    return std::move(facts).error();
  }
  auto identity = identity_of(*whole, *facts);
  if (!identity) {
    return std::move(identity).error();
  }
  const CheckedFile file{.whole = *whole,
                         .facts = *facts,
                         .identity = facts->anchors[*identity],
                         .reserve = material.reserve};
  EvaluationCheck check;
  check_choice_of_records(bytes, file, material.given, check.fields);
  check_parts(file, check.fields);
  const auto declarations = declarations_in(part_of(*whole, "fields"));
  for (const FieldDefinition& definition : taxonomy_fields()) {
    if (definition.section != TaxonomySection::kTrustAnchors) {
      check.fields.push_back(check_answer(file, definition.field, declarations));
    }
  }
  check_names(part_of(*whole, "fields"), TaxonomySection::kDeviceIdentity, check.fields);
  check_anchors(file, check.fields);
  return check;
}

std::string check_text(const EvaluationCheck& check) {
  std::string text;
  for (const CheckedField& field : check.fields) {
    text += field.name + (field.anchor.empty() ? "" : " (" + field.anchor + ")") + ": " +
            std::string(name_of(field.state)) + ": " + field.message + "\n";
  }
  return text + (check.holds() ? "NOTHING IS CONTRADICTED\n" : "CONTRADICTED\n");
}

}  // namespace ceremony
