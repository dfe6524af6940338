// A token that is there before a ceremony and after it: found, refused, used, left as it was.

#include "ca/hsm_token.h"

#include <cstring>

#include <doctest/doctest.h>

#include "ca/root_key.h"
#include "support/changed_softhsm.h"
#include "support/nss_token.h"
#include "support/soft_hsm.h"
#include "support/temporary_folder.h"
#include "support/texts.h"

namespace {

using base::ErrorCode;
using support::ChangedSoftHsm;
using support::has;
using support::hsm_secret;
using support::kHsmPin;
using support::SoftHsm;

std::unique_ptr<ca::HsmToken> opened(const ca::HsmPlace& place) {
  auto token = ca::HsmToken::open(place, hsm_secret(kHsmPin));
  REQUIRE_MESSAGE(token.ok(), (token ? "" : token.error().message));
  return std::move(token).value();
}

base::Error refusal(const ca::HsmPlace& place, std::string_view pin = kHsmPin) {
  const auto token = ca::HsmToken::open(place, hsm_secret(pin));
  REQUIRE(!token.ok());
  return token.error();
}

// Object files in all tokens of a folder: a token of its own has two more (its state and a lock).
std::size_t files_below(const std::filesystem::path& folder) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    count += entry.is_regular_file() ? 1U : 0U;
  }
  return count;
}

CK_RV is_locked(CK_SLOT_ID slot, CK_TOKEN_INFO* info) {
  const CK_RV answer = ChangedSoftHsm::real().C_GetTokenInfo(slot, info);
  info->flags |= CKF_USER_PIN_LOCKED;
  return answer;
}

CK_RV locks(CK_SESSION_HANDLE /*session*/,
            CK_USER_TYPE /*user*/,
            unsigned char* /*pin*/,
            unsigned long /*length*/) {
  return CKR_PIN_LOCKED;
}

int logins = 0;

CK_RV counts_logins(CK_SESSION_HANDLE session,
                    CK_USER_TYPE user,
                    unsigned char* pin,
                    unsigned long length) {
  ++logins;
  return ChangedSoftHsm::real().C_Login(session, user, pin, length);
}

// SoftHSM under another name, so that it stands in no row of the table.
CK_RV is_nobodys(CK_INFO* info) {
  const CK_RV answer = ChangedSoftHsm::real().C_GetInfo(info);
  std::memset(info->manufacturerID, ' ', sizeof info->manufacturerID);
  std::memcpy(info->manufacturerID, "Nobody", 6);
  return answer;
}

}  // namespace

TEST_CASE("hsm token: one of several is found by its label, and says what it is") {
  const SoftHsm machine;
  machine.add("root-hsm");
  machine.add("backup-hsm");
  const auto all = ca::tokens_at(machine.place(""));
  REQUIRE(all.ok());
  REQUIRE(all->size() == 2);
  const auto token = opened(machine.place("backup-hsm"));
  const ca::TokenFacts& facts = token->facts();
  CHECK(facts.label == "backup-hsm");
  CHECK(facts.manufacturer == "SoftHSM project");
  CHECK(facts.model == "SoftHSM v2");
  CHECK(facts.serial.size() == 16);
  CHECK(facts.firmware_version.starts_with("2."));
  CHECK(facts.library.description == "Implementation of PKCS11");
  CHECK((*all)[0].serial != (*all)[1].serial);
  CHECK((facts.serial == (*all)[0].serial || facts.serial == (*all)[1].serial));
}

TEST_CASE("hsm token: a label that no token has is refused with the labels that there are") {
  const SoftHsm machine;
  const base::Error none = refusal(machine.place("root-hsm"));
  CHECK(none.code == ErrorCode::kNotFound);
  CHECK(has(none.message, "the library shows none that is initialised"));
  machine.add("root-hsm");
  machine.add("backup-hsm");
  const base::Error other = refusal(machine.place("root"));
  CHECK(other.code == ErrorCode::kNotFound);
  CHECK(has(other.message, "no token has the label \"root\"; there are: "));
  CHECK(has(other.message, "\"root-hsm\""));
  CHECK(has(other.message, "\"backup-hsm\""));
}

TEST_CASE("hsm token: two tokens of one label are refused before a PIN is tried") {
  const SoftHsm machine;
  machine.add("root-hsm");
  machine.add("root-hsm");
  ChangedSoftHsm changed;
  changed->C_Login = counts_logins;
  logins = 0;
  const base::Error error = refusal(machine.place("root-hsm"));
  CHECK(error.code == ErrorCode::kRefusedByPolicy);
  CHECK(has(error.message, "two tokens have the label \"root-hsm\""));
  CHECK(logins == 0);
}

TEST_CASE("hsm token: a wrong PIN is tried once, and the token can be opened after it") {
  const SoftHsm machine;
  machine.add("root-hsm");
  ChangedSoftHsm changed;
  changed->C_Login = counts_logins;
  logins = 0;
  const base::Error error = refusal(machine.place("root-hsm"), "31415926");
  CHECK(error.code == ErrorCode::kRefusedByPolicy);
  CHECK(has(error.message, "CKR_PIN_INCORRECT"));
  CHECK(!has(error.message, "31415926"));
  CHECK(logins == 1);
  CHECK(opened(machine.place("root-hsm"))->session()->is_open());
}

TEST_CASE("hsm token: one without a PIN and one that is locked are refused without trying a PIN") {
  const SoftHsm machine;
  machine.add("blank", false);
  const base::Error blank = refusal(machine.place("blank"));
  CHECK(blank.code == ErrorCode::kRefusedByPolicy);
  CHECK(has(blank.message, "has no PIN for its user yet"));
  machine.add("root-hsm");
  ChangedSoftHsm changed;
  changed->C_Login = counts_logins;
  logins = 0;
  changed->C_GetTokenInfo = is_locked;
  const base::Error locked = refusal(machine.place("root-hsm"));
  CHECK(locked.code == ErrorCode::kRefusedByPolicy);
  CHECK(has(locked.message, "is locked after too many wrong PINs, so no PIN was tried"));
  CHECK(logins == 0);
  changed->C_GetTokenInfo = ChangedSoftHsm::real().C_GetTokenInfo;
  changed->C_Login = locks;
  CHECK(has(refusal(machine.place("root-hsm")).message, "CKR_PIN_LOCKED"));
}

TEST_CASE("hsm token: what is no library, or not this one's settings, is refused by name") {
  const SoftHsm machine;
  machine.add("root-hsm");
  ca::HsmPlace place = machine.place("root-hsm");
  place.library = "/nowhere/libhsm.so";
  CHECK(refusal(place).code == ErrorCode::kNotFound);
  CHECK(has(refusal(place).message, "there is no token library /nowhere/libhsm.so"));
  const support::TemporaryFolder folder;
  support::plant(folder / "libhsm.so", "this is no library");
  place.library = folder / "libhsm.so";
  CHECK(refusal(place).code == ErrorCode::kMalformed);
  place = machine.place("root-hsm");
  for (const char* const settings : {"LD_PRELOAD=/tmp/x.so", "configdir='sql:/tmp'", "nonsense"}) {
    place.settings = settings;
    const base::Error error = refusal(place);
    CHECK(error.code == ErrorCode::kInvalidArgument);
    CHECK(has(error.message, "the settings of the token library are not of this library"));
  }
}

TEST_CASE("hsm token: one at a time of a library, and the settings go with it") {
  const SoftHsm machine;
  machine.add("root-hsm");
  {
    const auto token = opened(machine.place("root-hsm"));
    CHECK(refusal(machine.place("root-hsm")).code == ErrorCode::kWrongState);
    CHECK(token->session()->is_open());
  }
  // NOLINTNEXTLINE(concurrency-mt-unsafe): this program has one thread
  CHECK(std::getenv("SOFTHSM2_CONF") == nullptr);
}

TEST_CASE("hsm token: a key is born in one token and opened in another, and neither keeps it") {
  const SoftHsm one;
  const SoftHsm other;
  one.add("root-hsm");
  other.add("backup-hsm");
  const std::size_t before = files_below(one.tokens());
  const std::size_t before_there = files_below(other.tokens());
  const ca::Kek kek = ca::Kek::random().value();
  for (const ca::Algorithm algorithm :
       {ca::Algorithm::kP384, ca::Algorithm::kRsa3072, ca::Algorithm::kEd25519}) {
    CAPTURE(ca::name_of(algorithm));
    auto token = opened(one.place("root-hsm"));
    const auto key = ca::RootKey::generate(*token, algorithm);
    REQUIRE(key.ok());
    const auto blob = (*key)->wrap(kek);
    REQUIRE_MESSAGE(blob.ok(), (blob ? "" : blob.error().message));
    CHECK(ca::prove_possession(**key).ok());
    CHECK(token->end().ok());
    CHECK((*key)->sign(base::bytes_of("late")).error().code == ErrorCode::kWrongState);
    token = opened(other.place("backup-hsm"));
    const auto again = ca::RootKey::open(
        *token, {.blob = *blob, .public_key_info = (*key)->public_key_info()}, kek);
    REQUIRE_MESSAGE(again.ok(), (again ? "" : again.error().message));
    CHECK(ca::prove_possession(**again).ok());
    CHECK(token->end().ok());
    CHECK(token->end().ok());
  }
  CHECK(files_below(one.tokens()) == before);
  CHECK(files_below(other.tokens()) == before_there);
}

TEST_CASE("hsm token: a library in no row is probed, and then spoken to as SoftHSM wants it") {
  const SoftHsm machine;
  machine.add("root-hsm");
  ChangedSoftHsm changed;
  changed->C_GetInfo = is_nobodys;
  ca::HsmPlace place = machine.place("root-hsm");
  CHECK(refusal(place).code == ErrorCode::kInvalidArgument);  // the settings are SoftHSM's
  // NOLINTNEXTLINE(concurrency-mt-unsafe): this program has one thread
  setenv("SOFTHSM2_CONF", place.settings.substr(place.settings.find('=') + 1).c_str(), 1);
  place.settings.clear();
  {
    const auto token = opened(place);
    const ca::Pkcs11Dialect& dialect = token->session()->dialect();
    CHECK(token->facts().library.manufacturer == "Nobody");
    CHECK(dialect.wrap_with_padding == CKM_AES_KEY_WRAP_PAD);  // the standard's 0x210b is not there
    CHECK(dialect.edwards_wrapping == ca::Pkcs11Dialect::EdwardsWrapping::kNo);
    CHECK(token->session()->find(CKO_PRIVATE_KEY)->empty());
    CHECK(token->session()->find(CKO_SECRET_KEY)->empty());
    for (const ca::Algorithm algorithm : {ca::Algorithm::kP256, ca::Algorithm::kEd25519}) {
      const auto key = ca::RootKey::generate(*token, algorithm);
      REQUIRE(key.ok());
      const auto blob = (*key)->wrap(ca::Kek::random().value());
      CHECK_MESSAGE(blob.ok(), (blob ? "" : blob.error().message));
    }
  }
  // NOLINTNEXTLINE(concurrency-mt-unsafe): this program has one thread
  unsetenv("SOFTHSM2_CONF");
}

TEST_CASE("hsm token: NSS' token opens by its label, and answers as what it is") {
  const support::NssToken nss;
  const auto token = opened(nss.place());
  CHECK(token->facts().library.manufacturer == "Mozilla Foundation");
  CHECK(token->facts().label == support::NssToken::kLabel);
  CHECK(refusal({.library = nss.place().library, .label = "root-hsm", .settings = nss.settings()})
            .code == ErrorCode::kWrongState);  // it is open already
}
