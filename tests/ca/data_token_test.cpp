#include "ca/data_token.h"

#include <array>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "ca/soft_token.h"
#include "support/soft_card.h"
#include "support/temporary_folder.h"

namespace {

using base::ErrorCode;
using support::make_soft_card;
using support::secret_text;

constexpr const char* kPin = "246810";
constexpr const char* kLabel = "a label";

constexpr ca::Pkcs11Dialect kNoDialect{};  // data needs none

base::Bytes some_bytes() {
  return base::Bytes(200, 0x5a);
}

// A card in a temporary folder.
struct Card {
  Card() { make_soft_card(folder.path() / "token", kPin); }

  [[nodiscard]] ca::DataTokenPlace place() const {
    return {.library = {}, .softhsm_folder = folder.path() / "token"};
  }
  [[nodiscard]] std::unique_ptr<ca::DataToken> opened() const {
    auto token = ca::DataToken::open(place(), secret_text(kPin));
    REQUIRE_MESSAGE(token.ok(), (token.ok() ? "" : token.error().message));
    return std::move(token).value();
  }

  support::TemporaryFolder folder;
};

CK_SLOT_ID slot_in_use(const ca::DataToken& token) {
  std::array<CK_SLOT_ID, 8> slots{};
  CK_ULONG count = slots.size();
  REQUIRE(token.functions().C_GetSlotList(CK_TRUE, slots.data(), &count) == CKR_OK);
  return slots[0];
}

CK_RV lies_about_values(CK_SESSION_HANDLE /*session*/,
                        CK_OBJECT_HANDLE /*object*/,
                        CK_ATTRIBUTE* attributes,
                        unsigned long /*count*/) {
  attributes->ulValueLen = 1;
  return CKR_OK;
}

CK_RV is_full(CK_SESSION_HANDLE /*session*/,
              CK_ATTRIBUTE* /*about*/,
              unsigned long /*count*/,
              CK_OBJECT_HANDLE* /*object*/) {
  return CKR_DEVICE_MEMORY;
}

TEST_CASE("data token: what is written is there again after the library was ended") {
  const Card card;
  CHECK(card.opened()->write_new({.label = kLabel, .value = some_bytes()}).ok());
  const auto token = card.opened();
  const auto back = token->read(kLabel);
  REQUIRE(back.ok());
  CHECK(*back == some_bytes());
  CHECK(token->facts().manufacturer.starts_with("SoftHSM"));
  CHECK(!token->facts().serial.empty());
}

TEST_CASE("data token: nothing is ever overwritten, and removing makes room") {
  const Card card;
  const auto token = card.opened();
  REQUIRE(token->write_new({.label = kLabel, .value = some_bytes()}).ok());
  const auto again = token->write_new({.label = kLabel, .value = base::Bytes{1}});
  REQUIRE(!again.ok());
  CHECK(again.error().code == ErrorCode::kRefusedByPolicy);
  CHECK(again.error().message.find("nothing is ever overwritten") != std::string::npos);
  CHECK(token->read(kLabel).value() == some_bytes());
  CHECK(token->write_new({.label = "another label", .value = base::Bytes{1}}).ok());
  REQUIRE(token->remove(kLabel).ok());
  CHECK(token->read(kLabel).error().code == ErrorCode::kNotFound);
  CHECK(token->remove(kLabel).error().code == ErrorCode::kNotFound);
  CHECK(token->write_new({.label = kLabel, .value = base::Bytes{1}}).ok());
}

TEST_CASE("data token: it is private; who has no PIN does not see it") {
  const Card card;
  const auto token = card.opened();
  REQUIRE(token->write_new({.label = kLabel, .value = some_bytes()}).ok());
  const CK_SLOT_ID slot = slot_in_use(*token);
  REQUIRE(token->functions().C_CloseAllSessions(slot) == CKR_OK);  // and with them the login
  const auto stranger = ca::TokenSession::open(token->functions(), kNoDialect, slot);
  REQUIRE(stranger.ok());
  CHECK((*stranger)->find_data(kLabel).value().empty());
}

TEST_CASE("data token: two objects of one label are refused, not chosen from") {
  const Card card;
  const auto token = card.opened();
  REQUIRE(token->write_new({.label = kLabel, .value = some_bytes()}).ok());
  const auto other = ca::TokenSession::open(token->functions(), kNoDialect, slot_in_use(*token));
  REQUIRE((*other)->store_data({.label = kLabel, .value = base::Bytes{1}}).ok());
  CHECK(token->read(kLabel).error().code == ErrorCode::kInconsistent);
  CHECK(token->read(kLabel).error().message.find("two objects of one name") != std::string::npos);
  CHECK(token->write_new({.label = kLabel, .value = base::Bytes{1}}).error().code ==
        ErrorCode::kRefusedByPolicy);
}

TEST_CASE("data token: a wrong PIN, no card, two cards and no library are told apart") {
  const Card card;
  const auto wrong = ca::DataToken::open(card.place(), secret_text("135791"));
  REQUIRE(!wrong.ok());
  CHECK(wrong.error().code == ErrorCode::kRefusedByPolicy);
  CHECK(wrong.error().message.find("the token refused the PIN") != std::string::npos);
  CHECK(card.opened() != nullptr);  // one wrong PIN locks nothing
  const auto none = ca::DataToken::open(
      {.library = {}, .softhsm_folder = card.folder.path() / "nothing"}, secret_text(kPin));
  REQUIRE(!none.ok());
  CHECK(none.error().code == ErrorCode::kNotFound);
  std::filesystem::create_directory(card.folder.path() / "empty");
  const auto empty = ca::DataToken::open(
      {.library = {}, .softhsm_folder = card.folder.path() / "empty"}, secret_text(kPin));
  REQUIRE(!empty.ok());
  CHECK(empty.error().message.find("no token (smartcard) with a PIN") != std::string::npos);
  const auto no_library = ca::DataToken::open(
      {.library = "/nowhere/token.so", .softhsm_folder = {}}, secret_text(kPin));
  REQUIRE(!no_library.ok());
  CHECK(no_library.error().code == ErrorCode::kNotFound);
  make_soft_card(card.folder.path() / "token", kPin);
  const auto two = ca::DataToken::open(card.place(), secret_text(kPin));
  REQUIRE(!two.ok());
  CHECK(two.error().code == ErrorCode::kRefusedByPolicy);
  CHECK(two.error().message.find("no PIN was tried") != std::string::npos);
}

TEST_CASE("data token: a card that gives back something else, and one that is full, are named") {
  const Card card;
  const auto token = card.opened();
  CK_FUNCTION_LIST& functions = token->functions();
  const CK_FUNCTION_LIST whole = functions;
  functions.C_GetAttributeValue = lies_about_values;
  const auto lied = token->write_new({.label = kLabel, .value = some_bytes()});
  functions = whole;
  REQUIRE(!lied.ok());
  CHECK(lied.error().code == ErrorCode::kInconsistent);
  functions.C_CreateObject = is_full;
  const auto full = token->write_new({.label = "another label", .value = some_bytes()});
  functions = whole;
  REQUIRE(!full.ok());
  CHECK(full.error().code == ErrorCode::kDeviceFailure);
}

TEST_CASE("data token: not while a token of the same library is open") {
  const Card card;
  const auto soft = ca::SoftToken::create();
  REQUIRE(soft.ok());
  const auto token = ca::DataToken::open(card.place(), secret_text(kPin));
  REQUIRE(!token.ok());
  CHECK(token.error().code == ErrorCode::kWrongState);
}

}  // namespace
