#include "ca/root_key.h"

#include <algorithm>
#include <array>
#include <string>

#include <doctest/doctest.h>

#include "ca/key_wrap.h"
#include "ca/public_key.h"
#include "ca/soft_token.h"
#include "support/ca_commands.h"
#include "support/ca_issuance.h"
#include "support/temporary_folder.h"

namespace {

using base::ErrorCode;
using ca::Algorithm;

constexpr std::array<std::uint8_t, 5> kMessage{'s', 'i', 'g', 'n', '!'};

std::unique_ptr<ca::SoftToken> fresh_token() {
  auto token = ca::SoftToken::create();
  REQUIRE_MESSAGE(token.ok(), (token.ok() ? "" : token.error().message));
  return std::move(token).value();
}

ca::Kek fresh_kek() {
  auto kek = ca::Kek::random();
  REQUIRE(kek.ok());
  return std::move(kek).value();
}

// A root key of a ceremony that is over: what lies in the vault, and its KEK.
struct Vault {
  base::Bytes blob;
  base::Bytes public_key_info;
  ca::Kek kek;
};

Vault born(Algorithm algorithm) {
  const auto token = fresh_token();
  auto key = ca::RootKey::generate(*token, algorithm);
  REQUIRE_MESSAGE(key.ok(), (key.ok() ? "" : key.error().message));
  ca::Kek kek = fresh_kek();
  auto blob = (*key)->wrap(kek);
  REQUIRE_MESSAGE(blob.ok(), (blob.ok() ? "" : blob.error().message));
  const auto signature = (*key)->sign(kMessage);
  REQUIRE(signature.ok());
  CHECK(ca::verify_signature({.public_key_info = (*key)->public_key_info(),
                              .message = kMessage,
                              .signature = *signature})
            .ok());
  REQUIRE((*key)->destroy().ok());
  REQUIRE(token->destroy().ok());
  return {std::move(*blob), (*key)->public_key_info(), std::move(kek)};
}

base::Result<std::unique_ptr<ca::RootKey>> opened(ca::SoftToken& token, const Vault& vault) {
  return ca::RootKey::open(
      token, {.blob = vault.blob, .public_key_info = vault.public_key_info}, vault.kek);
}

std::string digest_option(Algorithm algorithm) {
  const std::string name = ca::digest_name_of(algorithm);
  return name == "SHA-256" ? "-sha256" : name == "SHA-384" ? "-sha384" : "-sha512";
}

// `openssl` says that the signature is good, with nothing of ours but three files.
void check_signature_by_command(const std::filesystem::path& folder, Algorithm algorithm) {
  const std::string key = (folder / "public.der").string();
  const std::string message = (folder / "message").string();
  const std::string signature = (folder / "signature").string();
  support::CommandOutcome outcome;
  if (ca::digest_name_of(algorithm) != nullptr) {
    outcome = support::run_command("openssl",
                                   {"dgst",
                                    digest_option(algorithm),
                                    "-verify",
                                    key,
                                    "-keyform",
                                    "DER",
                                    "-signature",
                                    signature,
                                    message});
  } else {
    outcome = support::run_command("openssl",
                                   {"pkeyutl",
                                    "-verify",
                                    "-pubin",
                                    "-keyform",
                                    "DER",
                                    "-inkey",
                                    key,
                                    "-rawin",
                                    "-in",
                                    message,
                                    "-sigfile",
                                    signature});
  }
  CHECK_MESSAGE(outcome.exit_code == 0, outcome.output);
}

// OpenSSL writes the recovered key in no other way: of an ML-DSA key the seed alone, 32 bytes.
void check_form(const std::string& pkcs8, const base::Bytes& public_key_info) {
  const auto named = ca::post_quantum_algorithm_of(public_key_info);
  if (!named) {
    return;  // SoftHSM leaves out the public half of a curve's key, which OpenSSL writes
  }
  const std::string again = pkcs8 + ".again";
  const auto written = support::run_command("openssl",
                                            {"pkey",
                                             "-provparam",
                                             "ml-dsa.output_formats=seed-only",
                                             "-inform",
                                             "DER",
                                             "-in",
                                             pkcs8,
                                             "-outform",
                                             "DER",
                                             "-out",
                                             again});
  REQUIRE_MESSAGE(written.exit_code == 0, written.output);
  const base::Bytes form = support::read_file(pkcs8);
  CHECK(form == support::read_file(again));
  const bool is_seed = *named == Algorithm::kMlDsa65 || *named == Algorithm::kMlDsa87;
  CHECK((form.size() == 22 + 32) == is_seed);
}

// The line of docs/RECOVERY.md gives the PKCS #8, and its public half is the expected one.
void check_recovery_by_command(const std::filesystem::path& folder, const Vault& vault) {
  const std::string blob = (folder / "root-key.blob").string();
  const std::string pkcs8 = (folder / "root-key.p8").string();
  const std::string public_half = (folder / "recovered-public.der").string();
  support::write_file(blob, vault.blob);
  const auto unwrapped = support::run_command("openssl",
                                              {"enc",
                                               "-d",
                                               "-id-aes256-wrap-pad",
                                               "-K",
                                               support::hex_of(vault.kek.bytes()),
                                               "-iv",
                                               "A65959A6",
                                               "-in",
                                               blob,
                                               "-out",
                                               pkcs8});
  CHECK_MESSAGE(unwrapped.exit_code == 0, unwrapped.output);
  const auto read = support::run_command(
      "openssl",
      {"pkey", "-inform", "DER", "-in", pkcs8, "-pubout", "-outform", "DER", "-out", public_half});
  CHECK_MESSAGE(read.exit_code == 0, read.output);
  check_form(pkcs8, vault.public_key_info);
  const auto same = ca::is_same_public_key(support::read_file(public_half), vault.public_key_info);
  REQUIRE(same.ok());
  CHECK(*same);
}

void check_whole_life(Algorithm algorithm) {
  const Vault vault = born(algorithm);
  const auto token = fresh_token();
  const auto key = opened(*token, vault);
  REQUIRE_MESSAGE(key.ok(), (key.ok() ? "" : key.error().message));
  CHECK((*key)->algorithm() == algorithm);
  CHECK((*key)->home() ==
        (ca::token_holds(algorithm) ? ca::KeyHome::kToken : ca::KeyHome::kLockedMemory));
  const auto signature = (*key)->sign(kMessage);
  REQUIRE(signature.ok());
  CHECK(
      ca::verify_signature(
          {.public_key_info = vault.public_key_info, .message = kMessage, .signature = *signature})
          .ok());
  const support::TemporaryFolder folder;
  support::write_file(folder.path() / "public.der", vault.public_key_info);
  support::write_file(folder.path() / "message", kMessage);
  support::write_file(folder.path() / "signature", *signature);
  check_signature_by_command(folder.path(), algorithm);
  check_recovery_by_command(folder.path(), vault);
}

// SoftHSM with a fault in what it gives out: one bit of the last byte is another one.
CK_FUNCTION_LIST* sound_functions = nullptr;

CK_RV wraps_wrongly(CK_SESSION_HANDLE session,
                    CK_MECHANISM* how,
                    CK_OBJECT_HANDLE kek,
                    CK_OBJECT_HANDLE key,
                    unsigned char* blob,
                    unsigned long* length) {
  const CK_RV answer = sound_functions->C_WrapKey(session, how, kek, key, blob, length);
  blob[*length - 1] ^= 1U;
  return answer;
}

CK_RV reads_wrongly(CK_SESSION_HANDLE session,
                    CK_OBJECT_HANDLE object,
                    CK_ATTRIBUTE* attributes,
                    unsigned long count) {
  const CK_RV answer = sound_functions->C_GetAttributeValue(session, object, attributes, count);
  static_cast<unsigned char*>(attributes->pValue)[attributes->ulValueLen - 1] ^= 1U;
  return answer;
}

// A second session with the token, through functions of which some are faulty.
std::shared_ptr<ca::TokenSession> faulty_session(const ca::SoftToken& token,
                                                 CK_FUNCTION_LIST& functions) {
  sound_functions = &token.functions();
  std::array<CK_SLOT_ID, 8> slots{};
  CK_ULONG count = slots.size();
  REQUIRE(token.functions().C_GetSlotList(CK_TRUE, slots.data(), &count) == CKR_OK);
  auto session = ca::TokenSession::open(functions, token.session()->dialect(), slots[0]);
  REQUIRE(session.ok());
  return std::move(session).value();
}

constexpr const char* kDisagree =
    "the token and OpenSSL do not agree about the wrapped key, so nobody could rely on it; do not "
    "use this token, and begin again with another";

}  // namespace

TEST_CASE("root key: a token that wraps wrongly gives no blob") {
  const auto token = fresh_token();
  CK_FUNCTION_LIST functions = token->functions();
  functions.C_WrapKey = wraps_wrongly;
  const auto session = faulty_session(*token, functions);
  const auto key = ca::TokenKey::generate(session, Algorithm::kP256, ca::Extractable::kYes);
  REQUIRE(key.ok());
  const auto blob = ca::wrap_from_token(*session, (*key)->object(), fresh_kek());
  REQUIRE(!blob.ok());
  CHECK(blob.error().code == ErrorCode::kInconsistent);
  CHECK(blob.error().message == kDisagree);
  session->close();
}

TEST_CASE("root key: a token that unwraps to other bytes than OpenSSL proves nothing") {
  const Vault vault = born(Algorithm::kEd25519);
  const auto token = fresh_token();
  CK_FUNCTION_LIST functions = token->functions();
  const auto session = faulty_session(*token, functions);
  const ca::WrappedKey wrapped{.blob = vault.blob, .public_key_info = vault.public_key_info};
  CHECK(ca::prove_blob_opens_elsewhere(session, wrapped, vault.kek).ok());
  functions.C_GetAttributeValue = reads_wrongly;
  const auto proven = ca::prove_blob_opens_elsewhere(session, wrapped, vault.kek);
  REQUIRE(!proven.ok());
  CHECK(proven.error().message == kDisagree);
  session->close();
}

TEST_CASE("root key: born, wrapped, opened in a second token, recovered by openssl alone") {
  for (const Algorithm algorithm : support::algorithms_here()) {
    CAPTURE(ca::name_of(algorithm));
    check_whole_life(algorithm);
  }
}

TEST_CASE("root key: an algorithm that this OpenSSL lacks is refused by name") {
  const auto token = fresh_token();
  for (const Algorithm algorithm : ca::all_algorithms()) {
    CAPTURE(ca::name_of(algorithm));
    const auto key = ca::RootKey::generate(*token, algorithm);
    CHECK(key.ok() == support::is_here(algorithm));
    if (!key) {
      CHECK(key.error().code == ErrorCode::kRefusedByPolicy);
      CHECK(key.error().message == support::refusal_of(algorithm));
    }
  }
}

TEST_CASE("root key: a blob holds exactly one PKCS #8, without SoftHSM's stray zeros") {
  // RSA is where SoftHSM 2.6 adds them: its PKCS #8 is rarely a multiple of 8 bytes long.
  for (const Algorithm algorithm : {Algorithm::kRsa3072, Algorithm::kP384, Algorithm::kEd25519}) {
    CAPTURE(ca::name_of(algorithm));
    const Vault vault = born(algorithm);
    const auto pkcs8 = ca::unwrap_by_openssl(vault.blob, vault.kek);
    REQUIRE(pkcs8.ok());
    const auto exact = ca::without_stray_zeros(*pkcs8);
    REQUIRE(exact.ok());
    CHECK(exact->size() == pkcs8->size());
    CHECK(ca::wrap_by_openssl(*exact, vault.kek).value() == vault.blob);
  }
}

TEST_CASE("root key: a wrong KEK and an altered blob give the same sentence") {
  const std::string sentence =
      "opening the wrapped key in the token: it does not open: either the shares belong to another "
      "key, or the wrapped key was altered; compare both with the record and use the other site's "
      "copy (CKR_WRAPPED_KEY_INVALID)";
  const Vault vault = born(Algorithm::kP256);
  const auto token = fresh_token();
  const auto wrong_kek = ca::RootKey::open(
      *token, {.blob = vault.blob, .public_key_info = vault.public_key_info}, fresh_kek());
  REQUIRE(!wrong_kek.ok());
  CHECK(wrong_kek.error().code == ErrorCode::kInconsistent);
  CHECK(wrong_kek.error().message == sentence);
  for (std::size_t i = 0; i < vault.blob.size(); ++i) {
    base::Bytes altered = vault.blob;
    altered[i] ^= 0x01;
    const auto key = ca::RootKey::open(
        *token, {.blob = altered, .public_key_info = vault.public_key_info}, vault.kek);
    REQUIRE(!key.ok());
    CHECK(key.error().message == sentence);
  }
  CHECK(opened(*token, vault).ok());  // the token itself is fine
}

TEST_CASE("root key: an altered Ed25519 blob is refused, too") {
  const Vault vault = born(Algorithm::kEd25519);
  const auto token = fresh_token();
  base::Bytes altered = vault.blob;
  altered.back() ^= 0x80;
  const auto key = ca::RootKey::open(
      *token, {.blob = altered, .public_key_info = vault.public_key_info}, vault.kek);
  REQUIRE(!key.ok());
  CHECK(key.error().code == ErrorCode::kInconsistent);
  CHECK(key.error().message ==
        "the wrapped key does not open: either the shares belong to another key, or the wrapped "
        "key was altered; compare both with the record and use the other site's copy");
}

TEST_CASE("root key: a truncated, lengthened or empty blob is refused") {
  const Vault vault = born(Algorithm::kP384);
  const auto token = fresh_token();
  base::Bytes longer = vault.blob;
  longer.resize(longer.size() + 8);
  const base::ByteView whole = vault.blob;
  for (const base::ByteView blob : {whole.first(0),
                                    whole.first(7),
                                    whole.first(16),
                                    whole.first(whole.size() - 8),
                                    whole.first(whole.size() - 1),
                                    base::ByteView(longer)}) {
    CAPTURE(blob.size());
    CHECK(!ca::RootKey::open(
               *token, {.blob = blob, .public_key_info = vault.public_key_info}, vault.kek)
               .ok());
  }
}

TEST_CASE("root key: a key that is not that of the certificate is refused and destroyed") {
  for (const Algorithm algorithm : {Algorithm::kP256, Algorithm::kEd25519}) {
    CAPTURE(ca::name_of(algorithm));
    const Vault vault = born(algorithm);
    const Vault other = born(algorithm);
    const auto token = fresh_token();
    const auto key = ca::RootKey::open(
        *token, {.blob = vault.blob, .public_key_info = other.public_key_info}, vault.kek);
    REQUIRE(!key.ok());
    CHECK(key.error().code == ErrorCode::kInconsistent);
    CHECK(key.error().message ==
          "the wrapped key opens, but it is not the key of this root certificate; bring the "
          "wrapped key and the certificate that belong together");
    CHECK(token->session()->find(CKO_PRIVATE_KEY)->empty());
    CHECK(token->session()->find(CKO_SECRET_KEY)->empty());
  }
}

TEST_CASE("root key: once wrapped it cannot be taken out again") {
  const auto token = fresh_token();
  const auto key = ca::RootKey::generate(*token, Algorithm::kP384);
  REQUIRE(key.ok());
  const ca::Kek kek = fresh_kek();
  REQUIRE((*key)->wrap(kek).ok());
  const auto again = (*key)->wrap(kek);
  REQUIRE(!again.ok());
  CHECK(again.error().code == ErrorCode::kWrongState);
  CHECK(again.error().message ==
        "this key cannot be taken out of the token, because it was wrapped or opened before; use "
        "the wrapped key that there is");
  // One private key is left, and the token itself refuses to wrap it.
  const auto left = token->session()->find(CKO_PRIVATE_KEY);
  REQUIRE(left->size() == 1);
  const auto forced = ca::wrap_from_token(*token->session(), left->front(), kek);
  REQUIRE(!forced.ok());
  CHECK(forced.error().message ==
        "wrapping the key in the token: the token's own rules forbid this for this key, so nothing "
        "was given out (CKR_KEY_UNEXTRACTABLE)");
}

TEST_CASE("root key: an opened key cannot be wrapped anew") {
  const Vault vault = born(Algorithm::kP256);
  const auto token = fresh_token();
  const auto key = opened(*token, vault);
  REQUIRE(key.ok());
  CHECK((*key)->wrap(vault.kek).error().code == ErrorCode::kWrongState);
}

TEST_CASE("root key: after its end, or the token's, it signs nothing") {
  for (const Algorithm algorithm : {Algorithm::kP256, Algorithm::kEd25519}) {
    CAPTURE(ca::name_of(algorithm));
    const auto token = fresh_token();
    const auto first = ca::RootKey::generate(*token, algorithm);
    const auto second = ca::RootKey::generate(*token, algorithm);
    REQUIRE(first.ok());
    REQUIRE(second.ok());
    REQUIRE((*first)->destroy().ok());
    REQUIRE((*first)->destroy().ok());
    CHECK((*first)->sign(kMessage).error().message ==
          "the key was destroyed; open the root key again with its shares");
    REQUIRE((*second)->sign(kMessage).ok());
    REQUIRE(token->destroy().ok());
    CHECK((*second)->sign(kMessage).error().code == ErrorCode::kWrongState);
  }
}

TEST_CASE("root key: the keys in the token go when their object goes") {
  const auto token = fresh_token();
  {
    const auto key = ca::RootKey::generate(*token, Algorithm::kP256);
    REQUIRE(key.ok());
    CHECK(token->session()->find(CKO_PRIVATE_KEY)->size() == 1);
    CHECK(token->session()->find(CKO_PUBLIC_KEY)->empty());
  }
  CHECK(token->session()->find(CKO_PRIVATE_KEY)->empty());
}
