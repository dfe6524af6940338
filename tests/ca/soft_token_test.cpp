#include "ca/soft_token.h"

#include <array>
#include <cstdlib>
#include <sys/stat.h>
#include <vector>

#include <doctest/doctest.h>
#include <openssl/err.h>
#include <p11-kit/pkcs11.h>

#include "ca/pkcs11_error.h"
#include "ca/public_key.h"
#include "ca/token_key.h"
#include "support/temporary_folder.h"

namespace {

using base::ErrorCode;
using ca::Algorithm;

std::unique_ptr<ca::SoftToken> fresh_token() {
  auto token = ca::SoftToken::create();
  REQUIRE_MESSAGE(token.ok(), (token.ok() ? "" : token.error().message));
  return std::move(token).value();
}

ca::SoftToken::Options in_folder(const std::filesystem::path& folder, ca::RamOnly ram_only) {
  ca::SoftToken::Options options;
  options.memory = folder;
  options.ram_only = ram_only;
  return options;
}

CK_SLOT_ID slot_of(const ca::SoftToken& token) {
  // The token in use comes first, the empty slot for the next one after it.
  std::array<CK_SLOT_ID, 8> slots{};
  CK_ULONG count = slots.size();
  REQUIRE(token.functions().C_GetSlotList(CK_TRUE, slots.data(), &count) == CKR_OK);
  return slots[0];
}

// SoftHSM's functions with one of them replaced: a token that fails at that point.
std::shared_ptr<ca::TokenSession> session_with(const ca::SoftToken& token,
                                               CK_FUNCTION_LIST& changed) {
  auto session = ca::TokenSession::open(changed, token.session()->dialect(), slot_of(token));
  REQUIRE_MESSAGE(session.ok(), (session.ok() ? "" : session.error().message));
  return std::move(session).value();
}

CK_RV begins(CK_SESSION_HANDLE /*session*/, CK_MECHANISM* /*how*/, CK_OBJECT_HANDLE /*key*/) {
  return CKR_OK;
}

CK_RV removed_while_signing(CK_SESSION_HANDLE /*session*/,
                            unsigned char* /*data*/,
                            unsigned long /*length*/,
                            unsigned char* /*signature*/,
                            unsigned long* /*signature_length*/) {
  return CKR_DEVICE_REMOVED;
}

CK_RV signs_rubbish(CK_SESSION_HANDLE /*session*/,
                    unsigned char* /*data*/,
                    unsigned long /*length*/,
                    unsigned char* signature,
                    unsigned long* signature_length) {
  *signature_length = 64;
  for (std::size_t i = 0; i < 64; ++i) {
    signature[i] = 0x11;
  }
  return CKR_OK;
}

CK_RV signs_too_little(CK_SESSION_HANDLE /*session*/,
                       unsigned char* /*data*/,
                       unsigned long /*length*/,
                       unsigned char* /*signature*/,
                       unsigned long* signature_length) {
  *signature_length = 63;
  return CKR_OK;
}

// Answers that are longer than anything can be; PKCS #11 gives this number for "unavailable".
CK_RV signs_too_much(CK_SESSION_HANDLE /*session*/,
                     unsigned char* /*data*/,
                     unsigned long /*length*/,
                     unsigned char* /*signature*/,
                     unsigned long* signature_length) {
  *signature_length = CK_UNAVAILABLE_INFORMATION;
  return CKR_OK;
}

CK_RV knows_no_length(CK_SESSION_HANDLE /*session*/,
                      CK_OBJECT_HANDLE /*object*/,
                      CK_ATTRIBUTE* attributes,
                      unsigned long /*count*/) {
  attributes->ulValueLen = CK_UNAVAILABLE_INFORMATION;
  return CKR_OK;
}

CK_RV wraps_too_much(CK_SESSION_HANDLE /*session*/,
                     CK_MECHANISM* /*how*/,
                     CK_OBJECT_HANDLE /*kek*/,
                     CK_OBJECT_HANDLE /*key*/,
                     unsigned char* /*blob*/,
                     unsigned long* length) {
  *length = CK_UNAVAILABLE_INFORMATION;
  return CKR_OK;
}

CK_RV no_more_sessions(CK_SLOT_ID /*slot*/,
                       CK_FLAGS /*flags*/,
                       void* /*application*/,
                       CK_NOTIFY /*notify*/,
                       CK_SESSION_HANDLE* /*session*/) {
  return CKR_SESSION_COUNT;
}

}  // namespace

TEST_CASE("soft token: it says what it is, and leaves nothing behind") {
  // A folder of this test alone: other tests have tokens in /dev/shm at the same time.
  const auto memory = ca::RamDirectory::create("/dev/shm", ca::RamOnly::kYes);
  REQUIRE(memory.ok());
  const std::filesystem::path folder = (*memory)->path();
  {
    const auto token = ca::SoftToken::create(in_folder(folder, ca::RamOnly::kYes));
    REQUIRE(token.ok());
    const ca::TokenFacts& facts = (*token)->facts();
    CHECK(facts.manufacturer == "SoftHSM project");
    CHECK(facts.model == "SoftHSM v2");
    CHECK(facts.serial.size() == 16);
    CHECK(facts.firmware_version.rfind("2.", 0) == 0);
    CHECK(facts.library.manufacturer == "SoftHSM");
    CHECK(facts.library.cryptoki_version == "2.40");
    CHECK(support::files_in(folder) == 1);
    // NOLINTNEXTLINE(concurrency-mt-unsafe): this program has one thread
    CHECK(std::getenv("SOFTHSM2_CONF") != nullptr);
  }
  CHECK(support::files_in(folder) == 0);
  // NOLINTNEXTLINE(concurrency-mt-unsafe): as above
  CHECK(std::getenv("SOFTHSM2_CONF") == nullptr);
}

TEST_CASE("soft token: two in turn have different serials, two at once are refused") {
  auto token = fresh_token();
  const std::string serial = token->facts().serial;
  const auto second = ca::SoftToken::create();
  REQUIRE(!second.ok());
  CHECK(second.error().code == ErrorCode::kWrongState);
  CHECK(second.error().message ==
        "starting the token library: this program has a token of this kind open already; close "
        "that one first (CKR_CRYPTOKI_ALREADY_INITIALIZED)");
  // The first one still works.
  CHECK(ca::TokenKey::generate(token->session(), Algorithm::kP256, ca::Extractable::kNo).ok());
  REQUIRE(token->destroy().ok());
  REQUIRE(token->destroy().ok());
  token = fresh_token();
  CHECK(token->facts().serial != serial);
}

TEST_CASE("soft token: what a killed process left in memory is swept, a living one's token stays") {
  const support::TemporaryFolder folder;
  const auto living = ca::RamDirectory::create(folder.path(), ca::RamOnly::kAny);
  REQUIRE(living.ok());
  support::plant((*living)->path() / "tokens" / "key", "in use");
  support::plant(folder / "conclave-ram-dead00" / "tokens" / "key", "left behind");
  support::plant(folder / "another-program" / "file", "not ours");
  CHECK(ca::RamDirectory::sweep(folder.path()).ok());
  CHECK(support::content_of((*living)->path() / "tokens" / "key") == "in use");
  CHECK(support::content_of(folder / "another-program" / "file") == "not ours");
  CHECK(!std::filesystem::exists(folder / "conclave-ram-dead00"));
  CHECK(ca::RamDirectory::sweep("/nowhere").ok());
}

TEST_CASE("soft token: a folder on a disk is refused") {
  const support::TemporaryFolder folder;
  const auto directory = ca::RamDirectory::create("/proc", ca::RamOnly::kYes);
  REQUIRE(!directory.ok());
  CHECK(directory.error().code == ErrorCode::kRefusedByPolicy);
  CHECK(directory.error().message ==
        "the folder /proc does not lie in memory (tmpfs), so a key there could stay on a disk; use "
        "/dev/shm or another folder in memory");
  const auto token = ca::SoftToken::create(in_folder("/proc", ca::RamOnly::kYes));
  REQUIRE(!token.ok());
  CHECK(token.error().code == ErrorCode::kRefusedByPolicy);
  CHECK(!ca::SoftToken::create(in_folder("/nowhere", ca::RamOnly::kYes)).ok());
  CHECK(ca::SoftToken::create(in_folder("/nowhere", ca::RamOnly::kAny)).error().code ==
        ErrorCode::kStorageFailure);
}

TEST_CASE("soft token: its folder is private, and no key is ever written there") {
  const support::TemporaryFolder folder;
  const auto token = ca::SoftToken::create(in_folder(folder.path(), ca::RamOnly::kAny));
  REQUIRE(token.ok());
  const auto entries = [&folder] {
    const std::filesystem::recursive_directory_iterator all(folder.path());
    return std::distance(begin(all), end(all));
  };
  struct stat facts {};
  REQUIRE(stat(std::filesystem::directory_iterator(folder.path())->path().c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777U) == 0700U);
  const auto before = entries();
  const auto key =
      ca::TokenKey::generate((*token)->session(), Algorithm::kP384, ca::Extractable::kYes);
  REQUIRE(key.ok());
  REQUIRE((*token)->session()->import_kek(ca::Kek::random().value(), ca::KekUse::kWrap).ok());
  CHECK(entries() == before);
  REQUIRE((*token)->destroy().ok());
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("soft token: a library that is missing, or is none, is named") {
  ca::SoftToken::Options options;
  options.library = "/nowhere/libtoken.so";
  CHECK(ca::SoftToken::create(options).error().message ==
        "there is no token library /nowhere/libtoken.so on this machine; install it or give its "
        "path in the plan");
  const support::TemporaryFolder folder;
  options.library = folder.path() / "text.so";
  support::plant(options.library, "this is not a library");
  CHECK(ca::SoftToken::create(options).error().message ==
        "text.so is not a PKCS #11 library that this machine can load; give the path of the "
        "library that belongs to the token");
  CHECK(ca::SoftToken::create(options).error().code == ErrorCode::kMalformed);
  const auto token = ca::SoftToken::create();  // and nothing of it stays
  CHECK(token.ok());
}

TEST_CASE("token session: every algorithm of the token signs, and its signature verifies") {
  const auto token = fresh_token();
  for (const Algorithm algorithm : {Algorithm::kRsa3072,
                                    Algorithm::kP256,
                                    Algorithm::kP384,
                                    Algorithm::kP521,
                                    Algorithm::kEd25519}) {
    CAPTURE(ca::name_of(algorithm));
    const auto key = ca::TokenKey::generate(token->session(), algorithm, ca::Extractable::kNo);
    REQUIRE_MESSAGE(key.ok(), (key.ok() ? "" : key.error().message));
    CHECK(ca::algorithm_of_public_key((*key)->public_key_info()).value() == algorithm);
    for (int i = 0; i < 20; ++i) {  // so that short r and s of ECDSA occur
      CHECK(ca::prove_possession(**key).ok());
    }
  }
}

TEST_CASE("token session: a key type that the token does not know is refused") {
  const auto token = fresh_token();
  const auto key =
      ca::TokenKey::generate(token->session(), Algorithm::kMlDsa65, ca::Extractable::kNo);
  REQUIRE(!key.ok());
  CHECK(key.error().code == ErrorCode::kRefusedByPolicy);
  CHECK(key.error().message ==
        "this token cannot hold a key of the type ml-dsa-65; choose another algorithm, or keep the "
        "key in this machine's locked memory");
}

TEST_CASE("token session: a private key and a KEK can be read by nobody") {
  const auto token = fresh_token();
  ca::TokenSession& session = *token->session();
  const auto pair = session.generate_key_pair(Algorithm::kP256, ca::Extractable::kYes);
  REQUIRE(pair.ok());
  const auto kek = session.import_kek(ca::Kek::random().value(), ca::KekUse::kWrap);
  REQUIRE(kek.ok());
  for (const ca::TokenObject object : {pair->private_key, *kek}) {
    const auto value = session.read_attribute(object, CKA_VALUE);
    REQUIRE(!value.ok());
    CHECK(value.error().message ==
          "reading a key's public part from the token: the token's own rules forbid this for this "
          "key, so nothing was given out (CKR_ATTRIBUTE_SENSITIVE)");
  }
}

TEST_CASE("token session: the token itself knows what a private key and a KEK are for") {
  const auto token = fresh_token();
  ca::TokenSession& session = *token->session();
  const auto uses_of = [&session](ca::TokenObject object) {
    constexpr std::array<CK_ATTRIBUTE_TYPE, 9> kUses{CKA_SIGN,
                                                     CKA_SIGN_RECOVER,
                                                     CKA_VERIFY,
                                                     CKA_ENCRYPT,
                                                     CKA_DECRYPT,
                                                     CKA_WRAP,
                                                     CKA_UNWRAP,
                                                     CKA_DERIVE,
                                                     CKA_EXTRACTABLE};
    std::vector<CK_ATTRIBUTE_TYPE> uses;
    for (const CK_ATTRIBUTE_TYPE use : kUses) {
      const auto value = session.read_attribute(object, use);  // not every object has each
      if (value && *value == base::Bytes{CK_TRUE}) {
        uses.push_back(use);
      }
    }
    return uses;
  };
  using Uses = std::vector<CK_ATTRIBUTE_TYPE>;
  const ca::Kek kek = ca::Kek::random().value();
  const auto wraps = session.import_kek(kek, ca::KekUse::kWrap);
  const auto unwraps = session.import_kek(kek, ca::KekUse::kUnwrap);
  REQUIRE(unwraps.ok());
  CHECK(uses_of(*wraps) == Uses{CKA_WRAP});
  CHECK(uses_of(*unwraps) == Uses{CKA_UNWRAP});
  for (const Algorithm algorithm : {Algorithm::kRsa3072, Algorithm::kP384}) {
    CAPTURE(ca::name_of(algorithm));
    const auto pair = session.generate_key_pair(algorithm, ca::Extractable::kYes);
    REQUIRE(pair.ok());
    CHECK(uses_of(pair->private_key) == Uses{CKA_SIGN, CKA_EXTRACTABLE});
    const auto blob = session.wrap_private_key({.private_key = pair->private_key, .kek = *wraps});
    REQUIRE(blob.ok());
    const auto key = session.unwrap_private_key({.blob = *blob, .kek = *unwraps}, algorithm);
    REQUIRE(key.ok());
    CHECK(uses_of(*key) == Uses{CKA_SIGN});
  }
  const auto imported = session.import_ed25519(base::SecretBytes::random(32));
  REQUIRE(imported.ok());
  CHECK(uses_of(*imported) == Uses{CKA_SIGN});
}

TEST_CASE("token session: a KEK does what it was given for, and nothing else") {
  const auto token = fresh_token();
  ca::TokenSession& session = *token->session();
  const ca::Kek kek = ca::Kek::random().value();
  const auto pair = session.generate_key_pair(Algorithm::kP256, ca::Extractable::kYes);
  const auto wraps = session.import_kek(kek, ca::KekUse::kWrap);
  const auto unwraps = session.import_kek(kek, ca::KekUse::kUnwrap);
  REQUIRE(unwraps.ok());
  const auto blob = session.wrap_private_key({.private_key = pair->private_key, .kek = *wraps});
  REQUIRE(blob.ok());
  CHECK(
      session.wrap_private_key({.private_key = pair->private_key, .kek = *unwraps}).error().code ==
      ErrorCode::kRefusedByPolicy);
  CHECK(session.unwrap_private_key({.blob = *blob, .kek = *wraps}, Algorithm::kP256).error().code ==
        ErrorCode::kRefusedByPolicy);
  CHECK(session.unwrap_private_key({.blob = *blob, .kek = *unwraps}, Algorithm::kP256).ok());
}

TEST_CASE("token session: a key made not extractable is not wrapped") {
  const auto token = fresh_token();
  ca::TokenSession& session = *token->session();
  const auto pair = session.generate_key_pair(Algorithm::kP256, ca::Extractable::kNo);
  const auto kek = session.import_kek(ca::Kek::random().value(), ca::KekUse::kWrap);
  const auto blob = session.wrap_private_key({.private_key = pair->private_key, .kek = *kek});
  REQUIRE(!blob.ok());
  CHECK(blob.error().code == ErrorCode::kRefusedByPolicy);
}

TEST_CASE("token session: a wrong PIN is refused in words") {
  const auto token = fresh_token();
  ca::TokenSession& session = *token->session();
  REQUIRE(session.logout().ok());
  const auto login =
      session.login(ca::TokenUser::kUser, base::SecretBytes::copy_of(base::bytes_of("123456")));
  REQUIRE(!login.ok());
  CHECK(login.error().code == ErrorCode::kRefusedByPolicy);
  CHECK(login.error().message ==
        "logging in to the token: the token refused the PIN; enter it again (CKR_PIN_INCORRECT)");
  CHECK(session.generate_key_pair(Algorithm::kP256, ca::Extractable::kNo).error().message ==
        "making a key in the token: nobody is logged in to the token; enter the PIN first "
        "(CKR_USER_NOT_LOGGED_IN)");
}

TEST_CASE("token session: after close every call says that the token was closed") {
  const auto token = fresh_token();
  const auto key = ca::TokenKey::generate(token->session(), Algorithm::kP256, ca::Extractable::kNo);
  REQUIRE(key.ok());
  REQUIRE(token->destroy().ok());
  const std::string sentence =
      "the token was closed and its keys are destroyed; open the root key again with its shares";
  CHECK((*key)->sign(base::Bytes{1}).error().message == sentence);
  CHECK((*key)->destroy().error().message == sentence);
  ca::TokenSession& session = *token->session();
  const auto pin = base::SecretBytes(8);
  const ca::TokenObject object{};
  CHECK(session.login(ca::TokenUser::kUser, pin).error().message == sentence);
  CHECK(session.logout().error().message == sentence);
  CHECK(session.set_user_pin(pin).error().message == sentence);
  CHECK(session.find(CKO_PRIVATE_KEY).error().message == sentence);
  CHECK(session.read_attribute(object, CKA_MODULUS).error().message == sentence);
  CHECK(session.import_kek(ca::Kek::random().value(), ca::KekUse::kWrap).error().message ==
        sentence);
  CHECK(session.import_ed25519(base::SecretBytes(32)).error().message == sentence);
  CHECK(session.wrap_private_key({.private_key = object, .kek = object}).error().message ==
        sentence);
  CHECK(session.unwrap_bytes({.blob = {}, .kek = object}).error().message == sentence);
  CHECK(session.unwrap_private_key({.blob = {}, .kek = object}, Algorithm::kP256).error().message ==
        sentence);
  CHECK(session.generate_key_pair(Algorithm::kP256, ca::Extractable::kNo).error().message ==
        sentence);
}

TEST_CASE("token session: a token pulled out while it signs, and one that is full, are named") {
  const auto token = fresh_token();
  CK_FUNCTION_LIST changed = token->functions();
  changed.C_Sign = removed_while_signing;
  const auto session = session_with(*token, changed);
  const auto key = ca::TokenKey::generate(session, Algorithm::kP256, ca::Extractable::kNo);
  REQUIRE(key.ok());
  CHECK((*key)->sign(base::Bytes{1}).error().message ==
        "signing in the token: the token is no longer there; put it back, and begin this step "
        "again (CKR_DEVICE_REMOVED)");
  changed.C_OpenSession = no_more_sessions;
  CHECK(ca::TokenSession::open(changed, session->dialect(), slot_of(*token)).error().message ==
        "opening the token: the token takes no more sessions; close other programs that use it "
        "(CKR_SESSION_COUNT)");
  session->close();
}

TEST_CASE("token session: a token that signs wrongly is caught") {
  const auto token = fresh_token();
  CK_FUNCTION_LIST changed = token->functions();
  changed.C_SignInit = begins;
  changed.C_Sign = signs_rubbish;
  const auto session = session_with(*token, changed);
  const auto key = ca::TokenKey::generate(session, Algorithm::kP256, ca::Extractable::kNo);
  REQUIRE(key.ok());
  CHECK(ca::prove_possession(**key).error().code == ErrorCode::kInconsistent);
  changed.C_Sign = signs_too_little;
  CHECK((*key)->sign(base::Bytes{1}).error().message ==
        "the token gave a signature that is none; begin this step again, and use another token if "
        "it happens twice");
  session->close();
}

TEST_CASE("token session: an answer of impossible length is a failure of the token") {
  const auto token = fresh_token();
  const std::string sentence =
      ": the token failed; begin this step again, and use another token or machine if it happens "
      "twice (CKR_DEVICE_ERROR)";
  CK_FUNCTION_LIST changed = token->functions();
  const auto session = session_with(*token, changed);
  const auto key = ca::TokenKey::generate(session, Algorithm::kP256, ca::Extractable::kYes);
  REQUIRE(key.ok());
  const ca::Kek kek = ca::Kek::random().value();
  const auto wraps = session->import_kek(kek, ca::KekUse::kWrap);
  const auto unwraps = session->import_kek(kek, ca::KekUse::kUnwrap);
  const auto blob = session->wrap_private_key({.private_key = (*key)->object(), .kek = *wraps});
  REQUIRE(blob.ok());
  changed.C_Sign = signs_too_much;
  CHECK((*key)->sign(base::Bytes{1}).error().message == "signing in the token" + sentence);
  changed.C_GetAttributeValue = knows_no_length;
  CHECK(session->read_attribute((*key)->object(), CKA_MODULUS).error().message ==
        "reading a key's public part from the token" + sentence);
  CHECK(session->unwrap_bytes({.blob = *blob, .kek = *unwraps}).error().message ==
        "reading back what the token unwrapped" + sentence);
  changed.C_WrapKey = wraps_too_much;
  CHECK(
      session->wrap_private_key({.private_key = (*key)->object(), .kek = *wraps}).error().message ==
      "wrapping the key in the token" + sentence);
  session->close();
}

TEST_CASE("soft token: it leaves no entry in OpenSSL's queue of errors") {
  ERR_clear_error();
  auto token = fresh_token();
  CHECK(ERR_peek_error() == 0);
  REQUIRE(token->destroy().ok());
  CHECK(ERR_peek_error() == 0);
}

TEST_CASE("PKCS #11 answers: known ones by name, others by number") {
  CHECK(ca::pkcs11_error(CKR_HOST_MEMORY, "signing").message ==
        "signing: memory ran out; close other programs and begin this step again "
        "(CKR_HOST_MEMORY)");
  CHECK(ca::pkcs11_error(0x80001234UL, "signing").message ==
        "signing: the token failed; begin this step again, and use another token or machine if it "
        "happens twice (PKCS #11 answer 0x80001234)");
}
