#include "ca/token_preflight.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "ca/key_wrap.h"
#include "ca/root_blob.h"
#include "ca/software_key.h"
#include "ca/token_key.h"

namespace ca {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

Error gives_away(const std::string& what) {
  return Error{
      ErrorCode::kRefusedByPolicy,
      "the token gave out " + what +
          ", which it must never do; set it up so that it does not, or take another token"};
}

// The life of one throw-away key.
class Preflight {
 public:
  Preflight(Token& token, Algorithm algorithm) : session_(token.session()), algorithm_(algorithm) {}

  Result<void> takes_kek();
  Result<void> generates();
  Result<void> makes_in_memory();
  Result<void> signs();
  Result<void> wraps();
  Result<void> opens();
  Result<void> is_sealed();
  Result<void> refuses_altered();
  Result<void> destroys();

 private:
  [[nodiscard]] WrappedKey wrapped() const {
    return {.blob = blob_, .public_key_info = public_key_info_};
  }

  std::shared_ptr<TokenSession> session_;
  Algorithm algorithm_;
  std::optional<Kek> kek_;
  std::unique_ptr<TokenKey> made_;         // in the token, extractable
  std::unique_ptr<SoftwareKey> software_;  // in locked memory, where the token makes none
  base::Bytes public_key_info_;
  base::Bytes blob_;
  std::unique_ptr<TokenKey> opened_;  // in the token, out of the blob
};

Result<void> Preflight::takes_kek() {
  auto drawn = Kek::random();
  if (!drawn) {
    return drawn.error();
  }
  kek_ = std::move(*drawn);
  for (const KekUse use : {KekUse::kWrap, KekUse::kUnwrap}) {
    const Result<TokenObject> kek = session_->import_kek(*kek_, use);
    if (!kek) {
      return kek.error();
    }
    const bool is_given = session_->read_attribute(*kek, CKA_VALUE).ok();
    if (auto destroyed = session_->destroy_object(*kek); !destroyed || is_given) {
      return is_given ? gives_away("the key-encryption key") : destroyed;
    }
  }
  return {};
}

Result<void> Preflight::generates() {
  auto made = TokenKey::generate(session_, algorithm_, Extractable::kYes);
  if (!made) {
    return made.error();
  }
  made_ = std::move(*made);
  public_key_info_ = made_->public_key_info();
  return {};
}

Result<void> Preflight::makes_in_memory() {
  auto made = SoftwareKey::generate(algorithm_);
  if (!made) {
    return made.error();
  }
  software_ = std::move(*made);
  public_key_info_ = software_->public_key_info();
  return {};
}

Result<void> Preflight::signs() {
  return made_ ? prove_possession(*made_) : prove_possession(*software_);
}

Result<void> Preflight::wraps() {
  const Result<base::SecretBytes> pkcs8 =
      software_ ? software_->to_pkcs8() : Result<base::SecretBytes>(base::SecretBytes(0));
  if (!pkcs8) {
    return pkcs8.error();
  }
  Result<base::Bytes> blob =
      made_ ? wrap_from_token(*session_, made_->object(), *kek_) : wrap_by_openssl(*pkcs8, *kek_);
  if (!blob) {
    return blob.error();
  }
  blob_ = std::move(*blob);
  const auto opened = open_by_openssl(wrapped(), *kek_);
  return opened ? Result<void>() : Result<void>(opened.error());
}

Result<void> Preflight::opens() {
  if (auto proven = prove_blob_opens_elsewhere(session_, wrapped(), *kek_); !proven) {
    return proven;
  }
  if (!token_holds(algorithm_)) {
    return {};
  }
  auto opened = open_in_token(session_, wrapped(), *kek_);
  if (!opened) {
    return opened.error();
  }
  opened_ = std::move(*opened);
  return {};
}

// What is secret of a key is one attribute for elliptic curves, and this one of many for RSA.
Result<void> Preflight::is_sealed() {
  const bool is_rsa = algorithm_ == Algorithm::kRsa3072 || algorithm_ == Algorithm::kRsa4096;
  const CK_ATTRIBUTE_TYPE secret = is_rsa ? CKA_PRIVATE_EXPONENT : CKA_VALUE;
  if (session_->read_attribute(opened_->object(), secret).ok()) {
    return gives_away("a private key in clear");
  }
  if (wrap_from_token(*session_, opened_->object(), *kek_).ok()) {
    return gives_away("a wrapped copy of a key that may not leave it");
  }
  return {};
}

Result<void> Preflight::refuses_altered() {
  base::Bytes altered = blob_;
  altered.back() ^= 1U;
  const WrappedKey wrong{.blob = altered, .public_key_info = public_key_info_};
  if (open_in_token(session_, wrong, *kek_).ok()) {
    return Error{ErrorCode::kInconsistent,
                 "the token opened a wrapped key in which a bit was changed; do not use it"};
  }
  return {};
}

Result<void> Preflight::destroys() {
  for (std::unique_ptr<TokenKey>* const key : {&made_, &opened_}) {
    if (*key == nullptr) {
      continue;
    }
    if (auto destroyed = (*key)->destroy(); !destroyed) {
      return destroyed;
    }
    if (prove_possession(**key).ok()) {
      return Error{ErrorCode::kDeviceFailure,
                   "the token destroyed a key, and has signed with it all the same; do not use it"};
    }
  }
  return {};
}

struct Row {
  const char* rule;
  const char* passed;
  Result<void> (Preflight::*check)();
};

constexpr Row kKek{.rule = "token-kek",
                   .passed = "The token takes a key-encryption key, and does not give it back.",
                   .check = &Preflight::takes_kek};
constexpr Row kSign{.rule = "token-sign",
                    .passed = "The key signs, and another implementation verifies it.",
                    .check = &Preflight::signs};
constexpr Row kSealed{.rule = "token-sealed",
                      .passed = "The key that was opened can neither be read nor wrapped again.",
                      .check = &Preflight::is_sealed};
constexpr Row kAltered{.rule = "token-altered",
                       .passed = "A wrapped key in which a bit was changed does not open.",
                       .check = &Preflight::refuses_altered};
constexpr Row kDestroy{.rule = "token-destroy",
                       .passed = "The keys are destroyed, and sign nothing any more.",
                       .check = &Preflight::destroys};

constexpr std::array kWhereTokenWraps{
    kKek,
    Row{.rule = "token-generate",
        .passed = "The token makes a key that can be wrapped.",
        .check = &Preflight::generates},
    kSign,
    Row{.rule = "token-wrap",
        .passed = "The token wraps the key (RFC 5649), and another implementation opens it.",
        .check = &Preflight::wraps},
    Row{.rule = "token-unwrap",
        .passed = "The token opens the wrapped key, and signs with what comes out.",
        .check = &Preflight::opens},
    kSealed,
    kAltered,
    kDestroy};

constexpr Row kInMemory{
    .rule = "token-generate",
    .passed = "The token does not wrap such keys; one is made in locked memory.",
    .check = &Preflight::makes_in_memory};
constexpr Row kWrapOutside{.rule = "token-wrap",
                           .passed = "The key is wrapped there (RFC 5649), and opens.",
                           .check = &Preflight::wraps};

constexpr std::array kWhereTokenHolds{
    kKek,
    kInMemory,
    kSign,
    kWrapOutside,
    Row{.rule = "token-unwrap",
        .passed = "The token's key wrap agrees, and the token takes the key and signs with it.",
        .check = &Preflight::opens},
    kSealed,
    kAltered,
    kDestroy};

constexpr std::array kWhereTokenOnlyOpens{
    kKek,
    kInMemory,
    kSign,
    kWrapOutside,
    Row{.rule = "token-unwrap",
        .passed = "The token's key wrap agrees; the key itself stays in locked memory.",
        .check = &Preflight::opens}};

std::span<const Row> rows_for(const TokenSession& session, Algorithm algorithm) {
  if (token_wraps(session, algorithm)) {
    return kWhereTokenWraps;
  }
  return token_holds(algorithm) ? std::span<const Row>(kWhereTokenHolds)
                                : std::span<const Row>(kWhereTokenOnlyOpens);
}

base::Finding finding_of(const Row& row, const std::string& field, const Result<void>& done) {
  return {.rule = row.rule,
          .severity = base::Severity::kError,
          .field = field,
          .source = "PKCS #11 v2.40",
          .message = done.error().message};
}

base::Finding not_tried(const Row& row, const std::string& field) {
  return {.rule = row.rule,
          .severity = base::Severity::kNotice,
          .field = field,
          .source = "PKCS #11 v2.40",
          .message = "Not tried, because it needs what failed before: " + std::string(row.passed)};
}

}  // namespace

std::vector<base::MachineCheck> check_token(Token& token, Algorithm algorithm) {
  Preflight preflight(token, algorithm);
  const std::string field(name_of(algorithm));
  const std::span<const Row> rows = rows_for(*token.session(), algorithm);
  std::vector<base::MachineCheck> checks;
  checks.reserve(rows.size());
  bool goes_on = true;
  for (const Row& row : rows) {
    base::MachineCheck check{.rule = row.rule, .passed = row.passed, .findings = {}};
    if (!goes_on) {
      check.findings.push_back(not_tried(row, field));
    } else if (const Result<void> done = (preflight.*row.check)(); !done) {
      check.findings.push_back(finding_of(row, field, done));
      goes_on = false;
    }
    checks.push_back(std::move(check));
  }
  return checks;
}

std::string what_token_cannot(const std::vector<base::MachineCheck>& checks) {
  const auto is_error = [](const base::Finding& finding) {
    return finding.severity == base::Severity::kError;
  };
  for (const base::MachineCheck& check : checks) {
    const auto found = std::ranges::find_if(check.findings, is_error);
    if (found != check.findings.end()) {
      return found->rule + ": " + found->message;
    }
  }
  return {};
}

}  // namespace ca
