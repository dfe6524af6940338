#include "ceremony/declaration_values.h"

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "ceremony/iso_duration.h"
#include "ceremony/quorum_words.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using Section = DeclarationSection;

constexpr std::size_t kLongestText = 1000;  // bytes of UTF-8
constexpr std::int64_t kMostLevels = 16;
constexpr std::array<std::string_view, 5> kStorageKinds = {
    "hardware-security-module", "smartcard", "software", "cloud-service", "third-party"};

bool has(const Section& section, std::string_view key) {
  return section.raw.contains(key);
}

Result<Json> read_text(Section& section) {
  std::string text = section.table.text("value");
  if (text.empty()) {
    return refusal(section, "\"value\" must be a text that is not empty");
  }
  if (std::string objection = objection_to_text(text); !objection.empty()) {
    return refusal(section, objection);
  }
  return Json(std::move(text));
}

Result<Json> read_choice(Section& section, std::span<const std::string_view> choices) {
  const std::string text = section.table.text("value");
  if (std::find(choices.begin(), choices.end(), text) == choices.end()) {
    std::string list;
    for (const std::string_view choice : choices) {
      list += (list.empty() ? "\"" : ", \"") + std::string(choice) + "\"";
    }
    return refusal(section, "\"value\" must be one of " + list);
  }
  return Json(text);
}

Result<Json> read_flag(Section& section) {
  if (!has(section, "value")) {
    return refusal(section, "\"value\" is missing; write true or false");
  }
  return Json(section.table.flag("value"));
}

struct Range {
  std::int64_t least = 0;
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
};

Result<Json> read_number(Section& section, Range range) {
  const std::int64_t number = section.table.number("value");
  if (number < range.least || number > range.most) {
    return refusal(section, "\"value\" is outside the numbers that make sense here");
  }
  return Json(static_cast<std::uint64_t>(number));
}

// `no_limit = true` in place of a value.
Result<bool> says_no_limit(Section& section) {
  const bool no_limit = section.table.flag("no_limit");
  if (no_limit != has(section, "value")) {
    return no_limit;
  }
  if (no_limit && section.raw.get("value")->is_string()) {
    section.table.text("value");  // asked for, so that it is not called unknown
  } else if (no_limit) {
    section.table.number("value");
  }
  return refusal(section, "give either \"value\" or no_limit = true");
}

Result<Json> read_duration(Section& section, const std::string& key) {
  const std::string text = section.table.text(key);
  if (auto duration = parse_iso_duration(text); !duration) {
    return refusal(section, duration.error().message);
  }
  return Json(text);
}

Result<Json> read_time_limit(Section& section) {
  auto none = says_no_limit(section);
  if (!none) {
    return std::move(none).error();
  }
  return *none ? Result<Json>(Json()) : read_duration(section, "value");
}

Result<Json> read_count_limit(Section& section) {
  auto none = says_no_limit(section);
  if (!none) {
    return std::move(none).error();
  }
  return *none ? Result<Json>(Json()) : read_number(section, {.least = 1});
}

Result<Json> read_gap(Section& section) {
  const std::int64_t distance_km = section.table.number("distance_km");
  auto duration = read_duration(section, "duration");
  if (!duration) {
    return duration;
  }
  Json value;
  value["distance_km"] = static_cast<std::uint64_t>(distance_km);
  value["duration"] = std::move(duration).value();
  return value;
}

Result<Json> read_breadth(Section& section) {
  const std::int64_t least = section.table.number("at_least", Presence::kOptional);
  const std::int64_t most = section.table.number("at_most");
  if (least > most) {
    return refusal(section, "\"at_least\" is more than \"at_most\"; exchange them");
  }
  Json value;
  value["at_least"] = static_cast<std::uint64_t>(least);
  value["at_most"] = static_cast<std::uint64_t>(most);
  return value;
}

Result<Json> read_algorithms(Section& section) {
  std::vector<std::string> names = section.table.texts("value", Presence::kRequired);
  std::sort(names.begin(), names.end());
  const bool proper = std::all_of(names.begin(), names.end(), [](const std::string& name) {
    return !name.empty() && name.size() <= 40 &&
           std::all_of(name.begin(), name.end(), [](char character) {
             return (character >= 'a' && character <= 'z') ||
                    (character >= '0' && character <= '9') || character == '-';
           });
  });
  if (names.empty() || !proper || std::adjacent_find(names.begin(), names.end()) != names.end()) {
    return refusal(section,
                   "\"value\" must list each algorithm once, in small letters, such as \"p-384\"");
  }
  return Json(names);
}

}  // namespace

Error refusal(const Section& section, const std::string& what) {
  const auto line = section.raw.source().begin.line;
  return Error{ErrorCode::kMalformed,
               "the declarations, section [" + std::string(definition_of(section.field).name) +
                   "] (line " + std::to_string(line) + "): " + what};
}

std::string objection_to_text(std::string_view text) {
  if (text.size() > kLongestText) {
    return "a text is longer than a thousand characters; shorten it";
  }
  const bool plain = std::all_of(text.begin(), text.end(), [](char character) {
    const auto byte = static_cast<unsigned char>(character);
    return byte >= 0x20 && byte != 0x7F;
  });
  if (!plain) {
    return "a text has a line break or a control character; write it in one line";
  }
  if (seems_to_tell_the_quorum(text)) {
    return "a text seems to tell how many holders there are and how many are needed, which must "
           "stay confidential; reword it";
  }
  return "";
}

base::Result<Json> read_declared_value(DeclarationSection& section) {
  static constexpr std::array<std::string_view, 2> kSides = {"internal", "external"};
  switch (section.field) {
    case TaxonomyField::kInitialEnclaveLocation:
      return read_choice(section, kSides);
    case TaxonomyField::kInitialEnclaveIntegrityKey:
    case TaxonomyField::kPkiLifespan:
    case TaxonomyField::kPkiLockPolicy:
      return read_text(section);
    case TaxonomyField::kInitialEnclavePrivacyKey:
    case TaxonomyField::kPkiLevelLocked:
      return read_flag(section);
    case TaxonomyField::kFirstStageExposure:
      return read_number(section, {});
    case TaxonomyField::kFirstSecondStageGap:
      return read_gap(section);
    case TaxonomyField::kIdentityPkiLevel:
    case TaxonomyField::kPkiLevel:
      return read_number(section, {.least = 1, .most = kMostLevels});
    case TaxonomyField::kIdentityTimeLimitsPerSubordinate:
      return read_time_limit(section);
    case TaxonomyField::kIdentityNumberPerSubordinate:
      return read_count_limit(section);
    case TaxonomyField::kIdentityAnchorStorage:
    case TaxonomyField::kPkiAnchorStorage:
      return read_choice(section, kStorageKinds);
    case TaxonomyField::kPkiAlgorithms:
      return read_algorithms(section);
    case TaxonomyField::kPkiBreadth:
      return read_breadth(section);
    case TaxonomyField::kIdentitySharedSplitExtra:
    case TaxonomyField::kIdentitySharedSplitContinents:
      break;  // never declared: is_declared() keeps them away
  }
  return refusal(section, "this is computed from the record and cannot be declared");
}

}  // namespace ceremony
