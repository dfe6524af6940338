// ceremony/taxonomy_fields.h - the 18 questions that the draft asks of a manufacturer, as data.
//
// Source: draft-irtf-t2trg-taxonomy-manufacturer-anchors-00 section 6. The published text of -00
// lost the names; they stand in the draft's own source of that day, in the order used here. One
// name differs in the newer revisions and one in the older ones; both are kept as aliases.

#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "base/result.h"

namespace ceremony {

// The revision whose names and order stand here.
inline constexpr std::string_view kTaxonomyRevision =
    "draft-irtf-t2trg-taxonomy-manufacturer-anchors-00";

// In the draft's order.
enum class TaxonomyField {
  kInitialEnclaveLocation,
  kInitialEnclaveIntegrityKey,
  kInitialEnclavePrivacyKey,
  kFirstStageExposure,
  kFirstSecondStageGap,
  kIdentityPkiLevel,
  kIdentityTimeLimitsPerSubordinate,
  kIdentityNumberPerSubordinate,
  kIdentityAnchorStorage,
  kIdentitySharedSplitExtra,
  kIdentitySharedSplitContinents,
  kPkiLevel,
  kPkiAlgorithms,
  kPkiLifespan,
  kPkiLevelLocked,
  kPkiBreadth,
  kPkiLockPolicy,
  kPkiAnchorStorage,
};

inline constexpr std::size_t kTaxonomyFieldCount = 18;

// Where the draft asks it. The questions of 6.3 are asked once for each trust anchor.
enum class TaxonomySection { kDeviceData, kDeviceIdentity, kTrustAnchors };  // 6.1, 6.2, 6.3

struct FieldDefinition {
  TaxonomyField field;
  std::string_view name;
  TaxonomySection section;
  std::string_view question;  // in our words, short
  std::string_view type;      // of the value in evaluation.json: docs/formats/evaluation.md
};

// The same question under another name.
struct FieldAlias {
  TaxonomyField field;
  std::string_view revision;
  std::string_view name;
};

// All 18, in the draft's order, which is that of the enumeration.
std::span<const FieldDefinition, kTaxonomyFieldCount> taxonomy_fields();

const FieldDefinition& definition_of(TaxonomyField field);

std::span<const FieldAlias> taxonomy_aliases();

// The question of that name, by its own name or an alias. Errors: kNotFound.
base::Result<TaxonomyField> taxonomy_field_named(std::string_view name);

// "6.1", "6.2", "6.3".
std::string_view name_of(TaxonomySection section);

}  // namespace ceremony
