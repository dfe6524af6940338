// What the peer does not do, and what is measured here: two shares are gathered and the key is
// opened; every request is checked (proof of possession, weak keys, what was seen before), each
// certificate linted before and after its signature, verified, and read back from two media, with
// the journal, the transcript, the ledger and its seal.

#include "bench/compare/issue_batch.h"

#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "base/digest.h"
#include "bench/compare/must.h"
#include "ca/pem.h"
#include "ceremony/cli/rehearsal.h"
#include "support/ca_commands.h"
#include "support/ca_issuance.h"

namespace compare {

namespace {

namespace fs = std::filesystem;
namespace client = ceremony::client;
using ceremony::cli::Player;

double seconds_since(std::chrono::steady_clock::time_point began) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

// The real engine; says on standard error which turns take long.
class TimedPlayer final : public Player {
 public:
  explicit TimedPlayer(std::unique_ptr<Player> player) : player_(std::move(player)) {}

  base::Result<client::StepView> current_step() override {
    const auto began = std::chrono::steady_clock::now();
    auto view = player_->current_step();
    tell("asking", seconds_since(began));
    if (view) {
      step_ = view->id;
    }
    return view;
  }
  base::Result<client::StepOutcome> perform(client::Input input) override {
    const auto began = std::chrono::steady_clock::now();
    auto outcome = player_->perform(std::move(input));
    tell(step_, seconds_since(began));
    return outcome;
  }
  base::Result<void> raise_exception(const client::ExceptionSheet& sheet) override {
    return player_->raise_exception(sheet);
  }
  base::Result<client::StepOutcome> pause(const std::string& reason) override {
    return player_->pause(reason);
  }
  base::Result<void> abort(const std::string& reason) override { return player_->abort(reason); }
  [[nodiscard]] const base::SecretBytes* journal_key() const override {
    return player_->journal_key();
  }
  base::Result<void> close() override {
    const auto began = std::chrono::steady_clock::now();
    auto closed = player_->close();
    tell("closing", seconds_since(began));
    return closed;
  }

 private:
  static void tell(const std::string& what, double seconds) {
    constexpr double kLong = 0.03;
    if (seconds >= kLong) {
      (void)std::fprintf(stderr, "    %-24s %6.2f s\n", what.c_str(), seconds);
    }
  }

  std::unique_ptr<Player> player_;
  std::string step_;
};

base::Result<std::unique_ptr<Player>> open_timed(const client::OpenRequest& room,
                                                 client::RecordKeys keys) {
  auto player = ceremony::cli::open_engine_player(room, std::move(keys));
  if (!player) {
    return player;
  }
  return std::unique_ptr<Player>(std::make_unique<TimedPlayer>(std::move(player).value()));
}

ceremony::cli::RehearsalOptions options_of(const fs::path& out, ca::Algorithm algorithm) {
  ceremony::cli::RehearsalOptions options{
      .out = out,
      .quorum = shamir::Quorum::of({.threshold = 2, .shares = 3}).value(),
      .algorithm = algorithm,
      .requests = {},
      .mode = ceremony::Mode::kRehearsal,
      .kdf = "fast",
      .data = DATA_FOLDER};
  options.open = open_timed;
  return options;
}

std::string name_of(std::size_t number) {
  std::string digits = std::to_string(number);
  return std::string(digits.size() < 4 ? 4 - digits.size() : 0, '0') + digits + ".csr";
}

// The list of the requests, which lie in both folders.
std::string bring_requests(const fs::path& transfer, const fs::path& peer, std::size_t count) {
  fs::create_directories(transfer);
  fs::create_directories(peer);
  std::string list;
  for (std::size_t i = 1; i <= count; ++i) {
    const auto key = support::new_key(ca::Algorithm::kP256);
    const std::string pem =
        support::request_for(*key, "Example Device CA " + std::to_string(i)).pem();
    for (const fs::path& folder : {transfer, peer}) {
      support::write_file(folder / name_of(i), base::bytes_of(pem));
    }
    list += base::sha256_hex(base::bytes_of(pem)) + "  " + name_of(i) + "\n";
  }
  return list;
}

ceremony::PlannedBatch batch_of(const std::string& list, const std::string& first_day) {
  return {.list = "requests.sha256",
          .sha256 = base::sha256_hex(base::bytes_of(list)),
          .terms = {.file = {},
                    .sha256 = {},
                    .profile = "subordinate-tls",
                    .not_before = first_day,
                    .not_after = "2034-01-01",
                    .policies = {"2.999.1"},
                    .crl_uris = {"http://pki.example/root.crl"},
                    .ca_issuer_uris = {"http://pki.example/root.der"}}};
}

std::string first_day_of(const fs::path& root) {
  const auto objects = must(ca::read_objects(support::read_file(root)));
  const auto certificate = must(ca::Certificate::parse(objects.front().der));
  constexpr std::size_t kDay = 10;  // 2026-03-01
  return ca::text_of(certificate.not_before().instant).substr(0, kDay);
}

void must_have(const base::Result<void>& done) {
  if (!done) {
    must(base::Result<int>(done.error()));
  }
}

// The folder of the newest record on the transfer stick.
fs::path newest_in(const fs::path& folder) {
  fs::path newest;
  for (const auto& each : fs::directory_iterator(folder)) {
    newest = std::max(newest, each.path());
  }
  return newest;
}

}  // namespace

void issue_batch(const fs::path& folder, ca::Algorithm algorithm, std::size_t count) {
  const fs::path out = folder / "rehearsal";
  ceremony::cli::Rehearsal rehearsal(options_of(out, algorithm));
  must_have(rehearsal.prepare());
  must_have(rehearsal.generate_root());
  const fs::path transfer = out / "transfer" / "in";
  const std::string list = bring_requests(transfer, folder / "requests", count);
  support::write_file(transfer / "requests.sha256", base::bytes_of(list));
  const ceremony::PlannedBatch batch = batch_of(list, first_day_of(out / "site-1" / "root.pem"));
  const auto began = std::chrono::steady_clock::now();
  must_have(rehearsal.certify({}, batch));
  std::ofstream(folder / "seconds") << seconds_since(began) << "\n";
  fs::copy(newest_in(out / "transfer" / "out"), folder / "issued", fs::copy_options::recursive);
}

}  // namespace compare
