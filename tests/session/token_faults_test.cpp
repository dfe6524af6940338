// Faults of the token and of memory in the middle of a batch: caught, nothing written, and the
// journal says where it stopped. The ceremony's own session calls SoftHSM through a table of
// functions; here that table is the one that lies.

#include <atomic>
#include <dlfcn.h>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include <doctest/doctest.h>
#include <p11-kit/pkcs11.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/text_encoding.h"
#include "ca/issuer.h"
#include "ca/pkcs11_module.h"
#include "ceremony/issued_facts.h"
#include "ceremony/ledger.h"
#include "session/stage.h"
#include "support/ca_commands.h"
#include "support/ca_issuance.h"
#include "support/temporary_folder.h"
#include "support/texts.h"

namespace {

namespace fs = std::filesystem;
using support::content_of;
using support::has;

// What the token does wrong, and from which signature on (1: the first).
enum class Lie { kNone, kFlippedBit, kOtherMessage, kGone };

// The table that SoftHSM gives to everybody in this process, changed for as long as this lives.
class LyingToken {
 public:
  LyingToken(Lie lie, int from) : lie_(lie), from_(from) {
    const auto library = ca::Pkcs11Module::find_softhsm();
    REQUIRE(library.ok());
    handle_ = dlopen(library->c_str(), RTLD_NOW);
    REQUIRE(handle_ != nullptr);
    const auto get = reinterpret_cast<CK_C_GetFunctionList>(dlsym(handle_, "C_GetFunctionList"));
    REQUIRE((get != nullptr));
    REQUIRE(get(&table_) == CKR_OK);
    sign_ = table_->C_Sign;
    open_ = table_->C_OpenSession;
    close_ = table_->C_CloseSession;
    the_one = this;
    table_->C_Sign = sign;
    table_->C_OpenSession = open_session;
    table_->C_CloseSession = close_session;
  }
  ~LyingToken() {
    table_->C_Sign = sign_;
    table_->C_OpenSession = open_;
    table_->C_CloseSession = close_;
    dlclose(handle_);
    the_one = nullptr;
  }
  LyingToken(const LyingToken&) = delete;
  LyingToken& operator=(const LyingToken&) = delete;

  [[nodiscard]] int signatures() const { return signatures_; }
  [[nodiscard]] int most_sessions() const { return most_sessions_; }

 private:
  static CK_RV sign(CK_SESSION_HANDLE session,
                    CK_BYTE_PTR data,
                    CK_ULONG size,
                    CK_BYTE_PTR signature,
                    CK_ULONG_PTR signature_size) {
    const bool is_real = signature != nullptr;  // else it only asks how long it will be
    const bool lies = is_real && ++the_one->signatures_ >= the_one->from_;
    if (lies && the_one->lie_ == Lie::kGone) {
      return CKR_DEVICE_REMOVED;
    }
    base::Bytes message(data, data + size);
    if (lies && the_one->lie_ == Lie::kOtherMessage) {
      message.back() ^= 1U;
    }
    const CK_RV result = the_one->sign_(session, message.data(), size, signature, signature_size);
    if (result == CKR_OK && lies && the_one->lie_ == Lie::kFlippedBit) {
      signature[*signature_size - 1] ^= 1U;
    }
    return result;
  }

  static CK_RV open_session(CK_SLOT_ID slot,
                            CK_FLAGS flags,
                            CK_VOID_PTR application,
                            CK_NOTIFY notify,
                            CK_SESSION_HANDLE_PTR session) {
    constexpr int kLimit = 16;
    if (the_one->open_sessions_ >= kLimit) {
      return CKR_SESSION_COUNT;
    }
    const CK_RV result = the_one->open_(slot, flags, application, notify, session);
    if (result == CKR_OK) {
      ++the_one->open_sessions_;
      the_one->most_sessions_ = std::max(the_one->most_sessions_, the_one->open_sessions_);
    }
    return result;
  }

  static CK_RV close_session(CK_SESSION_HANDLE session) {
    --the_one->open_sessions_;
    return the_one->close_(session);
  }

  // One token at a time in a process, and so one of these.
  inline static LyingToken* the_one = nullptr;

  CK_FUNCTION_LIST* table_ = nullptr;
  CK_C_Sign sign_ = nullptr;
  CK_C_OpenSession open_ = nullptr;
  CK_C_CloseSession close_ = nullptr;
  Lie lie_ = Lie::kNone;
  int from_ = 0;
  int signatures_ = 0;
  int open_sessions_ = 0;
  int most_sessions_ = 0;
  void* handle_ = nullptr;
};

// Requests for so many subordinates, brought to the stage.
std::vector<ceremony::PlannedRequest> bring_requests(stage::Stage& stage, int count) {
  std::vector<ceremony::PlannedRequest> requests;
  for (int i = 0; i < count; ++i) {
    const std::string name = "sub-" + std::to_string(i) + ".csr";
    const auto key = support::new_key(ca::Algorithm::kP256);
    const std::string pem = support::request_for(*key, "Example " + std::to_string(i)).pem();
    support::write_file(stage.out() / "transfer" / "in" / name, base::bytes_of(pem));
    const std::string today = base::format_date(base::date_of(base::SystemClock().now()));
    requests.push_back({.file = name,
                        .sha256 = base::sha256_hex(base::bytes_of(pem)),
                        .profile = "subordinate-tls",
                        .not_before = today,
                        .not_after = "2030-01-01",
                        .policies = {"2.999.1"},
                        .crl_uris = {"http://pki.example/root.crl"},
                        .ca_issuer_uris = {}});
  }
  return requests;
}

std::string said(const base::Result<void>& done) {
  return done ? "" : done.error().message;
}

constexpr int kRequests = 40;

// The same requests as one batch.
ceremony::PlannedBatch listed(const stage::Stage& stage,
                              const std::vector<ceremony::PlannedRequest>& requests) {
  std::string list;
  for (const ceremony::PlannedRequest& request : requests) {
    list += request.sha256;
    list.append("  ").append(request.file).append("\n");
  }
  support::write_file(stage.out() / "transfer" / "in" / "list.sha256", base::bytes_of(list));
  ceremony::PlannedBatch batch{.list = "list.sha256",
                               .sha256 = base::sha256_hex(base::bytes_of(list)),
                               .terms = requests.front()};
  batch.terms.file.clear();
  batch.terms.sha256.clear();
  return batch;
}

enum class Form { kOneByOne, kBatch };

// In a batch a few more are signed before the one that is wrong has been looked at.
int most_signed_behind(Form form) {
  return form == Form::kBatch ? 5 : 0;
}

// What many requests come to with a token that lies in their middle; nothing may have left the
// room.
std::string batch_with(Lie lie, Form form = Form::kOneByOne) {
  stage::Stage stage;
  REQUIRE(stage.generate_root() == "");
  auto requests = bring_requests(stage, kRequests);
  std::optional<ceremony::PlannedBatch> batch;
  if (form == Form::kBatch) {
    batch = listed(stage, requests);
    requests.clear();
  }
  std::string message;
  {
    // The first signature of a ceremony proves the key; the batch begins after it.
    const LyingToken token(lie, 20);
    message = said(stage.rehearsal().certify(std::move(requests), batch));
    CHECK(token.signatures() >= 20);
    CHECK(token.signatures() <= 20 + most_signed_behind(form));
  }
  const std::string record = "0002-subordinate-signing";
  CHECK_FALSE(fs::exists(stage.out() / "transfer" / "out" / record));
  CHECK(fs::is_empty(stage.out() / "site-1" / "ca"));
  CHECK(fs::is_empty(stage.out() / "site-2" / "ca"));
  const std::string transcript = stage::transcript_of(stage, record);
  CHECK_FALSE(has(transcript, "cert.issue"));
  CHECK(support::count_of(transcript, "\"accepted\"") == kRequests);
  const std::string journal =
      content_of(stage.out() / "record" / "confidential" / record / "journal.log");
  CHECK(has(journal, "\"sign-requests\""));
  const auto ledger = ceremony::read_ledger(stage.out() / "site-1" / "ledger");
  REQUIRE(ledger.ok());
  CHECK(ledger->sequence == 1);
  return message;
}

}  // namespace

TEST_CASE("token faults: a flipped bit in one signature of a batch, and nothing leaves the room") {
  CHECK(has(batch_with(Lie::kFlippedBit),
            "what came back from the key is not what was agreed: the signature does not fit"));
}

TEST_CASE("token faults: a signature over something else is caught, and nothing leaves the room") {
  CHECK(has(batch_with(Lie::kOtherMessage),
            "what came back from the key is not what was agreed: the signature does not fit"));
}

TEST_CASE("token faults: a token that vanishes in the middle of a batch stops it") {
  const std::string message = batch_with(Lie::kGone);
  CAPTURE(message);
  CHECK(has(message, "sub-"));
  CHECK(has(message, "CKR_DEVICE_REMOVED"));
}

TEST_CASE(
    "token faults: beside many others in a batch each lie is caught, and nothing leaves the room") {
  for (const Lie lie : {Lie::kFlippedBit, Lie::kOtherMessage}) {
    CHECK(has(batch_with(lie, Form::kBatch), "the signature does not fit"));
  }
  CHECK(has(batch_with(Lie::kGone, Form::kBatch), "CKR_DEVICE_REMOVED"));
}

TEST_CASE("token faults: a token with 16 sessions is enough for a batch of any size") {
  stage::Stage stage;
  REQUIRE(stage.generate_root() == "");
  const LyingToken token(Lie::kNone, 0);
  CHECK(said(stage.rehearsal().certify(bring_requests(stage, kRequests))) == "");
  CHECK(token.signatures() == kRequests + 1);
  CHECK(token.most_sessions() >= 1);
  CHECK(token.most_sessions() <= 2);
}

TEST_CASE("memory faults: a bit that flips between signing and writing is caught, wherever it is") {
  const support::TestRoot root = support::make_root(ca::Algorithm::kP256);
  const base::Bytes good =
      support::make_certificate(root, "subordinate-tls", ca::Algorithm::kP256).certificate.der();
  CHECK(ceremony::certificate_as_signed(base::to_base64(good), root.certificate).ok());
  int caught = 0;
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    base::Bytes flipped = good;
    flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ (1U << bit % 8));
    const auto read = ceremony::certificate_as_signed(base::to_base64(flipped), root.certificate);
    if (!read && has(read.error().message, "is no longer what the key has signed")) {
      ++caught;
    }
  }
  MESSAGE(caught, " flips of ", good.size() * 8, " bits caught");
  CHECK(caught == static_cast<int>(good.size() * 8));
  CHECK_FALSE(ceremony::certificate_as_signed("no base64 !", root.certificate).ok());
  CHECK_FALSE(ceremony::certificate_as_signed(7, root.certificate).ok());
  CHECK(has(ceremony::crl_as_signed(base::to_base64(good), root.certificate).error().message,
            "the CRL is no longer what the key has signed"));
}
