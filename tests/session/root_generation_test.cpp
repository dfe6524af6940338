// The root generation with something wrong in the middle of it.

#include <doctest/doctest.h>

#include "ca/key_file.h"
#include "session/stage.h"
#include "shamir/passphrase.h"
#include "support/texts.h"

namespace {

using ceremony::client::Input;
using ceremony::client::StepView;
using support::has;
namespace fs = std::filesystem;

// Runs a root generation in which `fault` happens once, right before `step`.
std::string with_fault(const std::string& step, const std::function<void(const fs::path&)>& fault) {
  fs::path out;
  bool is_done = false;
  stage::Stage stage([&](const StepView& view, Input& /*input*/) {
    if (view.id == step && !is_done) {
      is_done = true;
      fault(out);
    }
  });
  out = stage.out();
  return stage.generate_root();
}

TEST_CASE("a root is generated from start to seal, and both vaults are whole") {
  stage::Stage stage;
  CHECK(stage.generate_root() == "");
  for (const char* const name : {"site-1/vault.json",
                                 "site-1/root-key.blob",
                                 "site-2/root.pem",
                                 "site-2/crl/1.crl",
                                 "site-2/ledger/0001-root-generation/seal.note",
                                 "record/public/0001-root-generation/transcript.log",
                                 "record/confidential/0001-root-generation/seal-full.note"}) {
    CHECK_MESSAGE(fs::exists(stage.out() / name), name);
  }
}

TEST_CASE("a printed card that was damaged before it is read back is named") {
  const std::string message = with_fault("read-back", [](const fs::path& out) {
    stage::flip_byte(out / "holders" / "bjorn-lindqvist" / "card.txt");
  });
  CHECK(has(message, "seat B"));
  CHECK(has(message, "card.txt"));
}

TEST_CASE("an SVG card that was damaged before it is read back is named") {
  const std::string message = with_fault("read-back", [](const fs::path& out) {
    stage::flip_byte(out / "holders" / "chiara-moretti" / "card.svg");
  });
  CHECK(has(message, "seat C"));
  CHECK(has(message, "card.svg"));
}

TEST_CASE("a share file that was damaged before it is read back is named") {
  const std::string message = with_fault("read-back", [](const fs::path& out) {
    stage::flip_byte(out / "holders" / "amara-okafor" / "share.conclave");
  });
  CHECK(has(message, "seat A"));
}

TEST_CASE("a blob that was altered before the restore opens nothing") {
  const std::string message = with_fault("restore-key", [](const fs::path& out) {
    stage::flip_byte(out / "site-1" / "root-key.blob");
  });
  CHECK(message != "");
  CHECK(!fs::exists("root.pem"));
}

TEST_CASE("a share file that is there already is never overwritten") {
  const std::string message = with_fault("lock-shares", [](const fs::path& out) {
    fs::copy_file(out / "signers.vkey", out / "holders" / "amara-okafor" / "share.conclave");
  });
  CHECK(has(message, "exists"));
}

// Changes the first input of a step, and gives what the ceremony says to it.
std::string with_input(const std::string& step, const std::function<void(Input&)>& change) {
  stage::Stage stage([&](const StepView& view, Input& input) {
    if (view.id == step) {
      change(input);
    }
  });
  return stage.generate_root();
}

TEST_CASE("nobody acknowledges what the same person did") {
  const std::string message =
      with_input("generate-key", [](Input& input) { input.acknowledged_by = input.acted_by; });
  CHECK(has(message, "the same person would act and acknowledge; let another person acknowledge"));
}

TEST_CASE("a step is done by its roles and by no others") {
  const std::string message =
      with_input("generate-key", [](Input& input) { input.acted_by = "auditor"; });
  CHECK(has(message,
            "this step is done by the operator and acknowledged by the "
            "internal-witness; let these two do it"));
}

TEST_CASE("a consent is typed letter by letter") {
  const std::string message =
      with_input("consent-root", [](Input& input) { input.texts["phrase"] = "sign root"; });
  CHECK(has(message, "what was typed is not \"SIGN ROOT\", letter by letter"));
}

TEST_CASE("a wrong passphrase at the restore is refused, and the card is named") {
  const std::string message = with_input("gather-drawn", [](Input& input) {
    const std::string_view wrong = "not the words of this holder";
    input.secrets.insert_or_assign("passphrase", base::SecretBytes::copy_of(base::bytes_of(wrong)));
  });
  CHECK(has(message, "the card of seat "));
  CHECK(has(message, "passphrase does not open"));
}

TEST_CASE("a signing key that the plan does not name signs nothing") {
  const std::string message = with_input("seal", [](Input& input) {
    const base::SecretBytes other = base::SecretBytes::random(ca::kFileKeySize);
    const shamir::Passphrase words = shamir::Passphrase::drawn();
    const auto file = ca::write_key_file({.kind = ca::FileKey::kEd25519,
                                          .raw = other,
                                          .passphrase = words.text(),
                                          .cost = ca::KeyFileCost::kMinimal});
    REQUIRE(file.ok());
    input.secrets.insert_or_assign("signing-key", base::SecretBytes::copy_of(*file));
    input.secrets.insert_or_assign("signing-passphrase",
                                   base::SecretBytes::copy_of(words.text().read().bytes()));
  });
  CHECK(has(message, "this is not the key that the plan names for the director"));
}

TEST_CASE("a wrong passphrase leaves the key file shut, and nothing is signed") {
  const std::string message = with_input("seal", [](Input& input) {
    const std::string_view wrong = "not the words of this officer";
    input.secrets.insert_or_assign("signing-passphrase",
                                   base::SecretBytes::copy_of(base::bytes_of(wrong)));
  });
  CHECK(has(message, "the passphrase does not open this key file"));
}

}  // namespace
