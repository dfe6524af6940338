// What a token must do before a key is made in it: each row passes, and fails by its name.

#include "ca/token_preflight.h"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include "ca/hsm_token.h"
#include "ca/soft_token.h"
#include "support/changed_softhsm.h"
#include "support/nss_token.h"
#include "support/soft_hsm.h"
#include "support/texts.h"

namespace {

using base::MachineCheck;
using support::ChangedSoftHsm;
using support::has;

std::unique_ptr<ca::SoftToken> new_soft_token() {
  auto token = ca::SoftToken::create();
  REQUIRE_MESSAGE(token.ok(), (token ? "" : token.error().message));
  return std::move(token).value();
}

// The rule that failed; "" where none did. What is behind it was not tried, what is before passed.
std::string failed_rule(const std::vector<MachineCheck>& checks) {
  std::string failed;
  for (const MachineCheck& check : checks) {
    CHECK((failed.empty() || !check.findings.empty()));
    for (const base::Finding& finding : check.findings) {
      CHECK((finding.severity == base::Severity::kError) == failed.empty());
      failed = failed.empty() ? finding.rule : failed;
    }
  }
  return failed;
}

// What lies is one function of the table.
CK_RV takes_no_object(CK_SESSION_HANDLE /*session*/,
                      CK_ATTRIBUTE* /*attributes*/,
                      unsigned long /*count*/,
                      CK_OBJECT_HANDLE* /*object*/) {
  return CKR_TEMPLATE_INCONSISTENT;
}

// Says of every secret what it is, and it is always the same.
CK_RV tells_secrets(CK_SESSION_HANDLE session,
                    CK_OBJECT_HANDLE object,
                    CK_ATTRIBUTE* attributes,
                    unsigned long count) {
  const CK_RV answer =
      ChangedSoftHsm::real().C_GetAttributeValue(session, object, attributes, count);
  attributes->ulValueLen = answer == CKR_ATTRIBUTE_SENSITIVE ? 8 : attributes->ulValueLen;
  return answer == CKR_ATTRIBUTE_SENSITIVE ? CKR_OK : answer;
}

CK_RV makes_no_keys(CK_SESSION_HANDLE /*session*/,
                    CK_MECHANISM* /*how*/,
                    CK_ATTRIBUTE* /*public_half*/,
                    unsigned long /*public_count*/,
                    CK_ATTRIBUTE* /*private_half*/,
                    unsigned long /*private_count*/,
                    CK_OBJECT_HANDLE* /*public_key*/,
                    CK_OBJECT_HANDLE* /*private_key*/) {
  return CKR_MECHANISM_INVALID;
}

CK_RV signs_wrongly(CK_SESSION_HANDLE session,
                    unsigned char* data,
                    unsigned long length,
                    unsigned char* signature,
                    unsigned long* signature_length) {
  const CK_RV answer =
      ChangedSoftHsm::real().C_Sign(session, data, length, signature, signature_length);
  signature[0] ^= 1U;
  return answer;
}

// Another padding than that of RFC 5649: what comes out is no wrapped key of it.
CK_RV wraps_otherwise(CK_SESSION_HANDLE session,
                      CK_MECHANISM* how,
                      CK_OBJECT_HANDLE kek,
                      CK_OBJECT_HANDLE key,
                      unsigned char* blob,
                      unsigned long* length) {
  const CK_RV answer = ChangedSoftHsm::real().C_WrapKey(session, how, kek, key, blob, length);
  blob[0] ^= 1U;
  return answer;
}

CK_RV opens_nothing(CK_SESSION_HANDLE /*session*/,
                    CK_MECHANISM* /*how*/,
                    CK_OBJECT_HANDLE /*kek*/,
                    unsigned char* /*blob*/,
                    unsigned long /*length*/,
                    CK_ATTRIBUTE* /*attributes*/,
                    unsigned long /*count*/,
                    CK_OBJECT_HANDLE* /*object*/) {
  return CKR_GENERAL_ERROR;
}

// A token whose "not extractable" is not meant.
CK_RV opens_for_all(CK_SESSION_HANDLE session,
                    CK_MECHANISM* how,
                    CK_OBJECT_HANDLE kek,
                    unsigned char* blob,
                    unsigned long length,
                    CK_ATTRIBUTE* attributes,
                    unsigned long count,
                    CK_OBJECT_HANDLE* object) {
  std::vector<CK_ATTRIBUTE> changed(attributes, attributes + count);
  CK_BBOOL yes = CK_TRUE;
  for (CK_ATTRIBUTE& attribute : changed) {
    attribute.pValue = attribute.type == CKA_EXTRACTABLE ? &yes : attribute.pValue;
  }
  return ChangedSoftHsm::real().C_UnwrapKey(
      session, how, kek, blob, length, changed.data(), count, object);
}

// A token that does not look at what it opens: it always opens the first blob it saw.
base::Bytes first_blob;

CK_RV opens_the_first(CK_SESSION_HANDLE session,
                      CK_MECHANISM* how,
                      CK_OBJECT_HANDLE kek,
                      unsigned char* blob,
                      unsigned long length,
                      CK_ATTRIBUTE* attributes,
                      unsigned long count,
                      CK_OBJECT_HANDLE* object) {
  if (first_blob.empty()) {
    first_blob.assign(blob, blob + length);
  }
  return ChangedSoftHsm::real().C_UnwrapKey(
      session, how, kek, first_blob.data(), first_blob.size(), attributes, count, object);
}

CK_RV destroys_nothing(CK_SESSION_HANDLE /*session*/, CK_OBJECT_HANDLE /*object*/) {
  return CKR_OK;
}

CK_RV cannot_destroy(CK_SESSION_HANDLE /*session*/, CK_OBJECT_HANDLE /*object*/) {
  return CKR_ACTION_PROHIBITED;
}

struct Lie {
  const char* rule;
  const char* says;  // in the refusal
  void (*tell)(ChangedSoftHsm&);
};

}  // namespace

TEST_CASE(
    "preflight: SoftHSM passes for every algorithm that this machine has, and keeps nothing") {
  const support::SoftHsm machine;
  machine.add("root-hsm");
  auto token = ca::HsmToken::open(machine.place("root-hsm"), support::hsm_secret(support::kHsmPin));
  REQUIRE(token.ok());
  for (const ca::Algorithm algorithm : ca::all_algorithms()) {
    if (!ca::algorithm_named(ca::name_of(algorithm)).ok()) {
      continue;  // root_key_test.cpp tests that it says so
    }
    CAPTURE(ca::name_of(algorithm));
    const auto checks = ca::check_token(**token, algorithm);
    CHECK(ca::what_token_cannot(checks) == "");
    CHECK(checks.size() >= 5);
    CHECK(base::is_fit_for_production(checks));
  }
  CHECK((*token)->session()->find(CKO_PRIVATE_KEY)->empty());
  CHECK((*token)->session()->find(CKO_PUBLIC_KEY)->empty());
  CHECK((*token)->session()->find(CKO_SECRET_KEY)->empty());
}

TEST_CASE("preflight: whatever a token does wrong fails the row that it belongs to") {
  constexpr Lie kLies[]{
      {"token-kek",
       "CKR_TEMPLATE_INCONSISTENT",
       [](auto& c) { c->C_CreateObject = takes_no_object; }},
      {"token-kek",
       "gave out the key-encryption key",
       [](auto& c) { c->C_GetAttributeValue = tells_secrets; }},
      {"token-kek", "CKR_ACTION_PROHIBITED", [](auto& c) { c->C_DestroyObject = cannot_destroy; }},
      {"token-generate",
       "CKR_MECHANISM_INVALID",
       [](auto& c) { c->C_GenerateKeyPair = makes_no_keys; }},
      {"token-sign", "was not made by this key", [](auto& c) { c->C_Sign = signs_wrongly; }},
      {"token-wrap", "do not agree", [](auto& c) { c->C_WrapKey = wraps_otherwise; }},
      {"token-unwrap", "CKR_WRAPPED_KEY_INVALID", [](auto& c) { c->C_UnwrapKey = opens_nothing; }},
      {"token-sealed",
       "a wrapped copy of a key that may not leave it",
       [](auto& c) { c->C_UnwrapKey = opens_for_all; }},
      {"token-altered", "a bit was changed", [](auto& c) { c->C_UnwrapKey = opens_the_first; }},
      {"token-destroy", "has signed with it all the same", [](auto& c) {
         c->C_DestroyObject = destroys_nothing;
       }}};
  for (const Lie& lie : kLies) {
    CAPTURE(lie.rule);
    first_blob.clear();
    const auto token = new_soft_token();
    ChangedSoftHsm changed;
    lie.tell(changed);
    const auto checks = ca::check_token(*token, ca::Algorithm::kP256);
    CHECK(failed_rule(checks) == lie.rule);
    CHECK(has(ca::what_token_cannot(checks), lie.says));
    CHECK(!base::is_fit_for_production(checks));
  }
}

TEST_CASE("preflight: a key that is made outside is proven to go into the token, or refused") {
  const auto token = new_soft_token();
  ChangedSoftHsm changed;
  changed->C_UnwrapKey = opens_nothing;
  const auto checks = ca::check_token(*token, ca::Algorithm::kEd25519);
  CHECK(failed_rule(checks) == "token-unwrap");
  CHECK(has(checks[1].passed, "one is made in locked memory"));
}

// NSS 3.87 wraps and unwraps as RFC 5649 says, but gives a wrapped copy of a key that is not
// extractable, wants an attribute of its own to unwrap elliptic-curve keys, and has no Ed25519.
TEST_CASE("preflight: NSS' token does much of it, and is refused by the row that it fails") {
  const support::NssToken nss;
  const auto token = ca::HsmToken::open(nss.place(), support::hsm_secret(support::kHsmPin));
  REQUIRE_MESSAGE(token.ok(), (token ? "" : token.error().message));
  struct Row {
    ca::Algorithm algorithm;
    const char* rule;
    std::size_t passed;  // rows before it
    const char* says;
  };
  constexpr Row kRows[]{
      {ca::Algorithm::kRsa3072, "token-sealed", 5, "a wrapped copy of a key that may not leave it"},
      {ca::Algorithm::kP256, "token-unwrap", 4, "CKR_TEMPLATE_INCOMPLETE"},
      {ca::Algorithm::kP384, "token-unwrap", 4, "CKR_TEMPLATE_INCOMPLETE"},
      {ca::Algorithm::kP521, "token-unwrap", 4, "CKR_TEMPLATE_INCOMPLETE"},
      {ca::Algorithm::kEd25519, "token-unwrap", 4, "CKR_ATTRIBUTE_VALUE_INVALID"}};
  for (const Row& row : kRows) {
    CAPTURE(ca::name_of(row.algorithm));
    const auto checks = ca::check_token(**token, row.algorithm);
    CHECK(failed_rule(checks) == row.rule);
    CHECK(has(ca::what_token_cannot(checks), row.says));
    const auto is_passed = [](const MachineCheck& check) { return check.findings.empty(); };
    CHECK(static_cast<std::size_t>(std::ranges::count_if(checks, is_passed)) == row.passed);
  }
}
