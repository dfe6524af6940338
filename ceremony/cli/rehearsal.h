// ceremony/cli/rehearsal.h - a root key's whole life, rehearsed: its ceremonies in a row, by the
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
#include "ceremony/journal.h"
#include "ceremony/json_lines.h"
#include "ceremony/plan.h"
#include "shamir/quorum.h"

namespace ceremony::cli {

struct RehearsalOptions {
  std::filesystem::path out;  // must not exist yet
  shamir::Quorum quorum;
  ca::Algorithm algorithm = ca::Algorithm::kP384;
  std::vector<std::filesystem::path> requests;  // CSRs to be signed; none: two are made
  Mode mode = Mode::kRehearsal;  // of all but the drill; tests hold PRODUCTION ceremonies
  std::string kdf = "fast";
  std::filesystem::path data;  // share/conclave
  OpenPlayer open = open_engine_player;
  std::vector<std::string> carriers = {};  // of the holders, in their order; the rest have sticks
  std::string root_profile = "root";
  bool is_all = false;  // every kind of ceremony in a row, a signing key's in a folder of its own
};

// Which sites a ceremony can reach.
enum class SitesInRoom { kBoth, kOwn };

class Rehearsal {
 public:
  explicit Rehearsal(const RehearsalOptions& options);

  // All of it, once, with a line for each ceremony on standard output.
  // Errors: the first refusal, as the engine said it. What was done until then stays to be looked
  // at; nothing secret but the marked rehearsal passphrases is in it.
  base::Result<void> run();

  // Their parts, in the order in which run() calls them; for tests that stop in between.
  base::Result<void> prepare();
  base::Result<void> generate_root();
  base::Result<void> hand_over();
  base::Result<void> sign_subordinates();
  base::Result<void> replace_set();
  base::Result<void> revoke_one();
  base::Result<void> verify_shares();
  base::Result<void> activate_backup();
  base::Result<void> return_to_primary();

  // What a re-share has left of the set before it.
  base::Result<void> retire_set();

  // Everything that is still valid is revoked by a last CRL; then the key is destroyed.
  base::Result<void> revoke_rest();
  base::Result<void> destroy_key();

  // The activation that activate_backup() declares, and one that was declared otherwise.
  [[nodiscard]] base::Result<PlannedActivation> new_activation() const;
  base::Result<void> activate_backup(const PlannedActivation& activation);

  // A CRL that revokes the certificate of that request, from 0.
  base::Result<void> revoke(std::size_t request);

  // A CRL for the days of `crl`, with what it asks for beside; new_crl() is one from today on.
  base::Result<void> issue_crl(PlannedCrl crl);
  [[nodiscard]] PlannedCrl new_crl() const;

  // The root asks for a cross-certificate.
  base::Result<void> ask_for_cross();

  // The serial number of the certificate that was issued for that request, from 0, in hex.
  [[nodiscard]] base::Result<std::string> serial_for(std::size_t request) const;

  // What lies in transfer/in for these becomes certificates, in a ceremony of its own.
  base::Result<void> certify(std::vector<PlannedRequest> requests,
                             std::optional<PlannedBatch> batch = {});

  // Instead of a root's life that of a signing key, in a rehearsal and a chain of records of its
  // own: its birth, and the signing of files that lie in transfer/in.
  base::Result<void> generate_signing_key();
  base::Result<void> sign_artefacts(const PlannedSigning& signing,
                                    const std::vector<PlannedArtefact>& artefacts);

  // Those at `site` go on from their own copy of the records, and know of nothing else.
  base::Result<void> go_on_at(const std::string& site, SitesInRoom sites);

  // What comes next is held on that day (YYYY-MM-DD), which whoever opens it must find on the
  // clock.
  void go_to(const std::string& day) { today_ = day; }

  // Nobody has brought a slip any more.
  void lose_slips() { slip_.clear(); }

  // At the live site: the branch that `other` has goes into the records here.
  base::Result<void> merge_with(const std::string& other);

 private:
  Rehearsal(RehearsalOptions options, RehearsedPeople people);

  base::Result<void> prepare_room();
  base::Result<void> prepare_requests();
  [[nodiscard]] base::Result<void> bring_published() const;
  [[nodiscard]] base::Result<void> move_primary_away(const std::filesystem::path& away) const;
  [[nodiscard]] base::Result<void> bring_primary_back(const std::filesystem::path& away,
                                                      const std::string& record) const;
  base::Result<void> drill();
  base::Result<void> evaluate();
  base::Result<void> publish();
  base::Result<void> rehearse_signing_key();
  base::Result<void> live_as_signing_key();
  [[nodiscard]] base::Result<PlannedSigning> certify_signing_key() const;
  [[nodiscard]] base::Result<std::vector<PlannedArtefact>> bring_artefacts() const;

  [[nodiscard]] Plan new_plan(const std::string& ceremony) const;
  [[nodiscard]] Annex full_annex() const;
  [[nodiscard]] client::OpenRequest room() const;
  [[nodiscard]] QuorumOrder quorum_from(std::size_t first) const;
  base::Result<RehearsedResult> hold(Plan plan,
                                     const Annex* annex,
                                     client::OpenRequest room,
                                     QuorumOrder quorum);
  base::Result<std::vector<JournalEntry>> read_journal(const std::string& record);
  base::Result<void> learn_possession_keys(const std::string& record);
  void learn_disclosures(const Json& publication);
  enum class Holders { kOld, kNew };
  void keep_holders(Holders which, std::size_t old_holders);
  [[nodiscard]] base::Result<std::uint32_t> live_generation() const;
  base::Result<void> learn_head();

  RehearsalOptions options_;
  RehearsedPeople people_;
  std::string today_;
  std::string head_;            // of the newest record
  std::uint32_t sequence_ = 0;  // of the newest record
  std::string slip_;            // that everybody took home from it
  std::string live_site_ = "site-1";
  SitesInRoom sites_ = SitesInRoom::kBoth;
  std::vector<std::string> request_names_;
  std::string signed_in_;  // the record of the ceremony that signed them
  std::vector<RehearsedHolder> replaced_holders_;
  std::string set_facts_;       // opens k, n, holders and sites of the newest set; a line each
  std::string replaced_facts_;  // the same of the set before it
  std::string left_facts_;      // opens what is left of that
  std::string end_facts_;       // opens what is left of a key whose destruction is not complete
  std::string facts_;           // what the next ceremony gets of these beside its plan
};

}  // namespace ceremony::cli
