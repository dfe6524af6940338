// ceremony/cli/rehearsal.h - a root key's whole life, rehearsed: seven ceremonies in a row, by the
// same engine and scripts as the real ones.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "ca/algorithm.h"
#include "ceremony/cli/player.h"
#include "ceremony/cli/rehearsal_people.h"
#include "ceremony/cli/rehearsal_runner.h"
#include "ceremony/plan.h"
#include "shamir/quorum.h"

namespace ceremony::cli {

struct RehearsalOptions {
  std::filesystem::path out;  // must not exist yet
  shamir::Quorum quorum;
  ca::Algorithm algorithm = ca::Algorithm::kP384;
  std::vector<std::filesystem::path> requests;  // CSRs to be signed; none: two are made
  std::string kdf = "fast";
  std::filesystem::path data;  // share/conclave
  OpenPlayer open = open_engine_player;
};

class Rehearsal {
 public:
  explicit Rehearsal(RehearsalOptions options);

  // All of it, with a line for each ceremony on standard output.
  // Errors: the first refusal, as the engine said it. What was done until then stays to be looked
  // at; nothing secret but the marked rehearsal passphrases is in it.
  base::Result<void> run();

  // Their parts, in the order in which run() calls them; for tests that stop in between.
  base::Result<void> prepare();
  base::Result<void> generate_root();

 private:
  base::Result<void> prepare_requests();
  base::Result<void> sign_subordinates();
  base::Result<void> revoke_one();
  base::Result<void> verify_shares();
  base::Result<void> activate_backup();
  [[nodiscard]] base::Result<void> move_primary_away(const std::filesystem::path& away) const;
  [[nodiscard]] base::Result<void> bring_primary_back(const std::filesystem::path& away,
                                                      const std::string& record) const;
  base::Result<void> drill();
  base::Result<void> evaluate();
  base::Result<void> publish();

  [[nodiscard]] Plan new_plan(const std::string& ceremony) const;
  [[nodiscard]] PlannedCrl new_crl() const;
  [[nodiscard]] Annex full_annex() const;
  [[nodiscard]] client::OpenRequest room() const;
  [[nodiscard]] QuorumOrder quorum_from(std::size_t first) const;
  base::Result<RehearsedResult> hold(Plan plan,
                                     const Annex* annex,
                                     client::OpenRequest room,
                                     QuorumOrder quorum);
  base::Result<void> learn_possession_keys();
  base::Result<void> learn_head();

  RehearsalOptions options_;
  RehearsedPeople people_;
  std::string today_;
  std::string head_;            // of the newest record
  std::uint32_t sequence_ = 0;  // of the newest record
  std::string live_site_ = "site-1";
  std::vector<std::string> request_names_;
};

}  // namespace ceremony::cli
