// tests/engine/fake_handler.h - a handler that does what its input tells it, and remembers.

#pragma once

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include <sodium.h>

#include "ceremony/engine/handler.h"

namespace engine_test {

// BLAKE2b-128 in hex: shows that a secret arrived without showing it.
inline std::string fingerprint(const base::SecretBytes& secret) {
  std::array<unsigned char, crypto_generichash_BYTES_MIN> digest{};
  const base::SecretBytes::Reader reader = secret.read();
  crypto_generichash(
      digest.data(), digest.size(), reader.bytes().data(), reader.bytes().size(), nullptr, 0);
  std::string hex(2 * digest.size() + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), digest.data(), digest.size());
  hex.pop_back();
  return hex;
}

// What it does stands in the text "act" of the input, its argument in "with".
class FakeHandler : public ceremony::engine::Handler {
 public:
  using Act = std::function<std::string(const std::string&)>;

  base::Result<std::optional<base::SecretBytes>> open(const ceremony::client::OpenRequest& request,
                                                      ceremony::client::RecordKeys keys) override {
    note("open");
    if (request.plan == "refused.toml") {
      return base::Error{base::ErrorCode::kRefusedByPolicy, "The plan is refused."};
    }
    folder_ = request.confidential;
    return keys.keeper_secret ? std::move(keys.keeper_secret) : std::move(keys.journal_key);
  }

  base::Result<ceremony::client::StepView> current_step() override {
    note("step");
    ceremony::client::StepView view;
    view.ceremony = "fake";
    view.mode = "REHEARSAL";
    view.id = "do";
    view.title = "Schlüssel «1»";
    view.is_private = true;
    view.asks = {{.name = "pin",
                  .kind = ceremony::client::AskKind::kSecret,
                  .prompt = "PIN",
                  .expected = ""}};
    view.index = 1;
    view.count = 4'000'000'000U;
    return view;
  }

  base::Result<ceremony::client::StepOutcome> perform(
      ceremony::client::Input input, const ceremony::engine::ProgressSink& progress) override {
    note("perform");
    ceremony::client::StepOutcome outcome;
    outcome.public_note = input.step + "/" + input.acted_by + "/" + input.acknowledged_by;
    for (const auto& [name, secret] : input.secrets) {
      outcome.private_note +=
          name + ":" + std::to_string(secret.size()) + ":" + fingerprint(secret) + " ";
    }
    const std::string act = input.texts["act"];
    const std::string with = input.texts["with"];
    if (act == "refuse") {
      return base::Error{base::ErrorCode::kInsufficient, "More shares are needed."};
    }
    if (act == "throw") {
      throw std::runtime_error("a library threw");
    }
    if (act == "answer") {
      outcome.public_note = with == "long" ? std::string(std::size_t{2} << 20U, 'x') : "\xff";
    }
    if (act == "sleep") {
      progress({"sleeping", -1});
      std::this_thread::sleep_for(std::chrono::milliseconds(std::stoi(with)));
    }
    if (act == "count") {
      for (int done = 0; done <= 1000; done += 250) {
        progress({"counting", done});
      }
    }
    const auto other = others.find(act);
    if (other != others.end()) {
      outcome.private_note = other->second(with);
    }
    return outcome;
  }

  base::Result<void> raise_exception(const ceremony::client::ExceptionSheet& sheet) override {
    note("exception " + sheet.expected + "/" + sheet.seen + "/" + sheet.decided + "/" +
         sheet.raised_by);
    return {};
  }

  base::Result<ceremony::client::StepOutcome> pause(const std::string& reason) override {
    note("pause " + reason);
    return ceremony::client::StepOutcome{
        .progress = ceremony::client::Progress::kPaused, .public_note = "head", .private_note = {}};
  }

  base::Result<void> abort(const std::string& reason) override {
    note("abort " + reason);
    return {};
  }

  // Leaves a file behind, for who sees this from another process.
  void close() override {
    note("close");
    if (!folder_.empty()) {
      std::ofstream(folder_ / "closed") << "closed";
    }
  }

  [[nodiscard]] const std::string& story() const { return story_; }

  std::map<std::string, Act> others;

 private:
  void note(const std::string& what) { story_ += what + ";"; }

  std::string story_;
  std::filesystem::path folder_;
};

}  // namespace engine_test
