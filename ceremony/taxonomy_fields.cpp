#include "ceremony/taxonomy_fields.h"

#include <array>
#include <string>

namespace ceremony {

namespace {

using enum TaxonomyField;
using enum TaxonomySection;

constexpr std::array<FieldDefinition, kTaxonomyFieldCount> kFields = {{
    {kInitialEnclaveLocation,
     "initial-enclave-location",
     kDeviceData,
     "Is the first software trust anchor inside the CPU package?",
     "enum"},
    {kInitialEnclaveIntegrityKey,
     "initial-enclave-integrity-key",
     kDeviceData,
     "If the first stage is outside the CPU: where is the key that checks it?",
     "text"},
    {kInitialEnclavePrivacyKey,
     "initial-enclave-privacy-key",
     kDeviceData,
     "If the first-stage data is outside the CPU: is it encrypted?",
     "boolean"},
    {kFirstStageExposure,
     "first-stage-exposure",
     kDeviceData,
     "How many people take part in the first-stage initialisation?",
     "integer"},
    {kFirstSecondStageGap,
     "first-second-stage-gap",
     kDeviceData,
     "How far and how long does a board travel before it is locked down?",
     "object"},
    {kIdentityPkiLevel,
     "identity-pki-level",
     kDeviceIdentity,
     "At which level are the end-entity certificates, the root being level 1?",
     "integer"},
    {kIdentityTimeLimitsPerSubordinate,
     "identity-time-limits-per-subordinate",
     kDeviceIdentity,
     "How long is a subordinate CA kept before it gets a new key?",
     "duration"},
    {kIdentityNumberPerSubordinate,
     "identity-number-per-subordinate",
     kDeviceIdentity,
     "How many identities does a subordinate CA sign before it is retired?",
     "integer"},
    {kIdentityAnchorStorage,
     "identity-anchor-storage",
     kDeviceIdentity,
     "How is the root key stored?",
     "text"},
    {kIdentitySharedSplitExtra,
     "identity-shared-split-extra",
     kDeviceIdentity,
     "How many spare shares are there?",
     "integer"},
    {kIdentitySharedSplitContinents,
     "identity-shared-split-continents",
     kDeviceIdentity,
     "On how many continents can the key be recovered without a journey between continents?",
     "integer"},
    {kPkiLevel,
     "pki-level",
     kTrustAnchors,
     "At which level is the end-entity certificate that the device evaluates?",
     "integer"},
    {kPkiAlgorithms,
     "pki-algorithms",
     kTrustAnchors,
     "Which algorithms and key sizes can be used with the device?",
     "object"},
    {kPkiLifespan,
     "pki-lifespan",
     kTrustAnchors,
     "From when to when is the anchor valid, and how is it replaced?",
     "object"},
    {kPkiLevelLocked,
     "pki-level-locked",
     kTrustAnchors,
     "Does the device fix the level of the end-entity certificate?",
     "boolean"},
    {kPkiBreadth,
     "pki-breadth",
     kTrustAnchors,
     "For how many unexpired end-entity certificates is it designed?",
     "object"},
    {kPkiLockPolicy,
     "pki-lock-policy",
     kTrustAnchors,
     "May any end-entity certificate sign, or is there a restriction?",
     "object"},
    {kPkiAnchorStorage,
     "pki-anchor-storage",
     kTrustAnchors,
     "How is the private key of the anchor stored, and what does it take to recover it?",
     "text"},
}};

constexpr std::array<FieldAlias, 2> kAliases = {{
    {kInitialEnclavePrivacyKey,
     "draft-irtf-t2trg-taxonomy-manufacturer-anchors-15",
     "initial-enclave-confidentiality-key"},
    {kFirstStageExposure, "the author's draft of 2021", "first-stage-initialization"},
}};

// The enumeration is the index, so the table must be in its order.
constexpr bool in_order() {
  for (std::size_t index = 0; index < kFields.size(); ++index) {
    if (static_cast<std::size_t>(kFields[index].field) != index) {
      return false;
    }
  }
  return true;
}
static_assert(in_order());

}  // namespace

std::span<const FieldDefinition, kTaxonomyFieldCount> taxonomy_fields() {
  return kFields;
}

const FieldDefinition& definition_of(TaxonomyField field) {
  return kFields.at(static_cast<std::size_t>(field));
}

std::span<const FieldAlias> taxonomy_aliases() {
  return kAliases;
}

base::Result<TaxonomyField> taxonomy_field_named(std::string_view name) {
  for (const FieldDefinition& definition : kFields) {
    if (definition.name == name) {
      return definition.field;
    }
  }
  for (const FieldAlias& alias : kAliases) {
    if (alias.name == name) {
      return alias.field;
    }
  }
  return base::Error{base::ErrorCode::kNotFound,
                     "the draft asks no question of that name; compare it with the list in "
                     "docs/formats/evaluation.md"};
}

std::string_view name_of(TaxonomySection section) {
  switch (section) {
    case kDeviceData:
      return "6.1";
    case kDeviceIdentity:
      return "6.2";
    case kTrustAnchors:
      return "6.3";
  }
  return "?";
}

}  // namespace ceremony
