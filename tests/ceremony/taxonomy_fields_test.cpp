#include "ceremony/taxonomy_fields.h"

#include <set>
#include <string_view>

#include <doctest/doctest.h>

using ceremony::TaxonomyField;

TEST_CASE("taxonomy: 18 names, each found by itself and by its aliases") {
  std::set<std::string_view> names;
  for (const auto& definition : ceremony::taxonomy_fields()) {
    names.insert(definition.name);
    CHECK(ceremony::taxonomy_field_named(definition.name).value() == definition.field);
    CHECK(&ceremony::definition_of(definition.field) == &definition);
  }
  CHECK(names.size() == 18);
  CHECK(ceremony::taxonomy_field_named("initial-enclave-confidentiality-key").value() ==
        TaxonomyField::kInitialEnclavePrivacyKey);
  CHECK(ceremony::taxonomy_field_named("first-stage-initialization").value() ==
        TaxonomyField::kFirstStageExposure);
  CHECK(ceremony::taxonomy_field_named("pki-colour").error().code == base::ErrorCode::kNotFound);
}
