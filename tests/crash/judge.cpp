#include "crash/judge.h"

#include <algorithm>
#include <regex>
#include <utility>

#include "base/append_log.h"
#include "base/digest.h"
#include "base/text_encoding.h"
#include "ca/pem.h"
#include "ceremony/json_lines.h"
#include "ceremony/ledger.h"
#include "ceremony/roster.h"
#include "ceremony/seal.h"
#include "ceremony/signed_note.h"
#include "ceremony/transcript_verifier.h"
#include "ceremony/vault.h"
#include "support/temporary_folder.h"

namespace crash {

namespace {

using ceremony::Json;
using support::content_of;
namespace fs = std::filesystem;
using Troubles = std::vector<std::string>;

struct Scene {
  const fs::path& media;
  const ceremony::client::OpenRequest& room;
  const Expected& expected;
};

// The public record of this ceremony holds, and everybody of the paper roster signed it.
void judge_record(const Scene& scene, Troubles& troubles) {
  const fs::path life = scene.room.published.parent_path().parent_path();
  const auto paper = ceremony::parse_signers(content_of(life / "signers.vkey"));
  const auto verdict =
      ceremony::verify_record(scene.room.published / scene.expected.record, paper.value());
  if (!verdict || verdict->state != ceremony::RecordState::kVerified) {
    troubles.push_back("the record does not verify: " +
                       (verdict ? ceremony::verdict_text(*verdict) : verdict.error().message));
  }
}

// Every site in the room knows the record, holds its own vault, and no two copies differ.
void judge_sites(const Scene& scene, Troubles& troubles) {
  const std::string sealed = content_of(scene.room.published / scene.expected.record / "seal.note");
  for (const fs::path& site : scene.room.sites) {
    if (const auto ledger = ceremony::read_ledger(site / "ledger"); !ledger) {
      troubles.push_back(site.string() + ": " + ledger.error().message);
    }
    const std::string blob = (site / "root-key.blob").lexically_relative(scene.media).string();
    const bool is_vault = scene.expected.undisturbed.contains(blob);
    if (const auto vault = ceremony::read_vault(site); is_vault && !vault) {
      troubles.push_back(site.string() + ": " + vault.error().message);
    }
    if (content_of(site / "ledger" / scene.expected.record / "seal.note") != sealed) {
      troubles.push_back(site.string() + " has another seal, or none");
    }
    for (const auto& entry : fs::recursive_directory_iterator(site)) {
      const fs::path twin = scene.room.sites.front() / entry.path().lexically_relative(site);
      const bool is_torn = entry.path().filename().string().find(".torn-") != std::string::npos;
      if (entry.is_regular_file() && !is_torn && content_of(entry.path()) != content_of(twin)) {
        troubles.push_back("two sites differ in " + entry.path().string());
      }
    }
  }
}

// A name without what is drawn anew in each run.
std::string common_name(const std::string& path) {
  static const std::regex serial("/ca/[0-9a-f]+\\.pem$");
  static const std::regex digits("-[0-9a-f]{8}\\.journal$");
  return std::regex_replace(
      std::regex_replace(path, serial, "/ca/SERIAL.pem"), digits, "-DIGITS.journal");
}

using Sizes = std::multimap<std::string, std::size_t>;

// Sizes of all files but those that are set aside when the power was cut.
Sizes sizes_of(const Tree& tree) {
  Sizes sizes;
  for (const auto& [path, bytes] : tree) {
    if (path.find(".torn-") == std::string::npos) {
      sizes.emplace(common_name(path), bytes == nullptr ? 0 : bytes->size());
    }
  }
  return sizes;
}

// The same files as without any cut, and each about as large. (Signatures vary by a few bytes, the
// journal grows with each cut.)
void judge_files(const Scene& scene, const Tree& tree, Troubles& troubles) {
  constexpr std::size_t kVaries = 40;       // bytes: two ECDSA signatures in base64
  constexpr std::size_t kLineOfSeal = 200;  // bytes, at most
  const Sizes wanted = sizes_of(scene.expected.undisturbed);
  const Sizes there = sizes_of(tree);
  for (const auto& [path, size] : wanted) {
    const auto found = there.find(path);
    if (there.count(path) != wanted.count(path)) {
      troubles.push_back(path + (found == there.end() ? " is missing" : " is there too often"));
    } else if (found->second + (path.ends_with("/seal-full.note") ? 4 * kLineOfSeal
                                : path.ends_with(".svg")          ? size / 8
                                                                  : kVaries) <
               size) {
      troubles.push_back(path + " is only " + std::to_string(found->second) + " bytes long");
    }
  }
  for (const auto& [path, size] : there) {
    if (!wanted.contains(path)) {
      troubles.push_back(path + " should not be there");
    }
  }
}

// Of two acts that cannot be undone, one must be the other.
class Irreversible {
 public:
  explicit Irreversible(Troubles& troubles) : troubles_(troubles) {}

  void note(const std::string& what, const std::string& made) {
    const auto [known, is_new] = made_.emplace(what, made);
    if (!is_new && known->second != made) {
      troubles_.push_back("made twice, and not the same: " + what);
    }
  }

 private:
  Troubles& troubles_;
  std::map<std::string, std::string> made_;
};

std::vector<Json> journal_of(const Scene& scene, Troubles& troubles) {
  std::vector<Json> entries;
  const auto lines =
      base::parse_log(content_of(scene.room.confidential / scene.expected.record / "journal.log"));
  if (!lines) {
    troubles.push_back("the journal: " + lines.error().message);
    return entries;
  }
  for (const base::LogLine& line : *lines) {
    entries.push_back(ceremony::parse_json(line.text).value());
  }
  return entries;
}

// How many lines of a seal are executives'; none where it is no signed note. By their names: a
// signature in base64 may hold any four characters.
std::size_t executives_of(const std::string& seal) {
  const auto note = ceremony::parse_signed_note(seal);
  if (!note) {
    return 0;
  }
  return static_cast<std::size_t>(std::ranges::count_if(
      note->signatures,
      [](const ceremony::NoteSignature& one) { return ceremony::is_executive_name(one.name); }));
}

// Everybody who entered a share signed the full seal, or the journal says who did not.
void judge_full_seal(const Scene& scene, const std::vector<Json>& journal, Troubles& troubles) {
  std::set<std::string> entered;
  std::size_t told_missing = 0;
  for (const Json& entry : journal) {
    if (entry.at("type") == "share-entered") {
      entered.insert(entry.at("data").at("possession_key").get<std::string>());
    } else if (entry.at("type") == "seal-unsigned") {
      told_missing = entry.at("data").at("possession_keys").size();
    }
  }
  const std::string seal =
      content_of(scene.room.confidential / scene.expected.record / "seal-full.note");
  const std::size_t executives = executives_of(seal);
  if (!seal.ends_with('\n') || executives + told_missing != entered.size()) {
    troubles.push_back("the full seal has " + std::to_string(executives) + " executives, " +
                       std::to_string(told_missing) + " are told missing, and " +
                       std::to_string(entered.size()) + " entered a share");
  }
}

// What was signed, by every "complete" of the journal: those that went back count too.
void judge_signatures(const std::vector<Json>& journal, Troubles& troubles) {
  Irreversible signed_once(troubles);
  for (const Json& entry : journal) {
    if (entry.at("type") != "complete") {
      continue;
    }
    const Json& facts = entry.at("data").at("facts");
    if (facts.contains("root-certificate") && entry.at("data").at("step") == "sign-root") {
      signed_once.note("the root certificate", facts.at("root-certificate"));
    }
    if (facts.contains("crl")) {
      signed_once.note("CRL number " + facts.at("crl").at("number").dump(),
                       facts.at("crl").at("der"));
    }
    for (const Json& one : facts.value("certificates", Json::array())) {
      signed_once.note("the certificate for " + one.at("name").get<std::string>(), one.at("der"));
    }
  }
}

bool publishes(const Json& completed, const std::string& type) {
  const Json& all = completed.at("publish");
  return std::any_of(
      all.begin(), all.end(), [&](const Json& one) { return one.at("type") == type; });
}

// A split that was cut off gave way to another one, and its cards were declared void.
void judge_splits(const std::vector<Json>& journal, Troubles& troubles) {
  std::string newest;
  std::set<std::string> declared;
  std::set<std::string> sets;
  for (const Json& entry : journal) {
    const Json& data = entry.at("data");
    if (entry.at("type") == "set-void") {
      declared.insert(data.at("set").get<std::string>());
    }
    if (entry.at("type") != "complete" || !publishes(data, "shares.issue")) {
      continue;
    }
    newest = data.at("facts").at("set").get<std::string>();
    if (!sets.insert(newest).second) {
      troubles.push_back("a split was made again with the same set");
    }
  }
  sets.erase(newest);
  if (sets.size() != declared.size()) {
    troubles.push_back(std::to_string(sets.size()) + " splits were cut off, and the cards of " +
                       std::to_string(declared.size()) + " declared void");
  }
}

std::string sha256_of_pem(const fs::path& file) {
  const std::string text = content_of(file);
  const auto objects = ca::read_objects(base::bytes_of(text));
  return objects ? base::sha256_hex(objects->front().der) : std::string();
}

// What was signed for other people's files is what the record says, and the key ends once.
void judge_artefacts(const Scene& scene, Troubles& troubles) {
  const auto record =
      ceremony::Transcript::read(scene.room.published / scene.expected.record / "transcript.log");
  if (!record) {
    return;  // told elsewhere
  }
  std::set<std::string> written;
  const fs::path folder = scene.room.transfer_out / scene.expected.record;
  if (fs::exists(folder)) {
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      const std::string content = content_of(entry.path());
      written.insert(base::sha256_hex(base::bytes_of(content)));
    }
  }
  Irreversible published_once(troubles);
  for (const auto& entry : record->entries()) {
    if (entry.type == "artefact.sign") {
      published_once.note("the signature of " + entry.data.at("artefact").dump(), entry.text);
      if (!written.contains(entry.data.at("signature").get<std::string>())) {
        troubles.push_back("the signature of " + entry.data.at("artefact").dump() + " is missing");
      }
    } else if (entry.type == "key.end" || entry.type == "set.retire") {
      published_once.note(entry.type, entry.text);
    }
  }
}

// What the public record names lies at the home site, and no number comes twice.
void judge_outputs(const Scene& scene, Troubles& troubles) {
  const auto record =
      ceremony::Transcript::read(scene.room.published / scene.expected.record / "transcript.log");
  if (!record || scene.room.sites.empty() || record->opening("mode") == "DRILL") {
    return;  // a broken record is told elsewhere
  }
  const fs::path& home = scene.room.sites.front();
  Irreversible published_once(troubles);
  for (const auto& entry : record->entries()) {
    if (entry.type == "cert.issue") {
      const bool is_root = entry.data.at("public_key") == entry.data.at("issuer_public_key");
      const std::string serial = entry.data.at("serial");
      published_once.note("a certificate for the key " + entry.data.at("public_key").dump(),
                          entry.text);
      if (sha256_of_pem(home / (is_root ? "root.pem" : "ca/" + serial + ".pem")) !=
          entry.data.at("certificate")) {
        troubles.push_back("the certificate " + serial + " is not at the site");
      }
    } else if (entry.type == "crl.issue") {
      const std::string number = entry.data.at("number").dump();
      const std::string crl = content_of(home / "crl" / (number + ".crl"));
      published_once.note("CRL number " + number, entry.text);
      if (base::sha256_hex(base::bytes_of(crl)) != entry.data.at("crl")) {
        troubles.push_back("CRL " + number + " is not at the site");
      }
    }
  }
}

// The files that nobody has looked through as they are now, but those that may hold a secret.
Tree not_looked_through(const Tree& tree, const Tree& known) {
  Tree unknown;
  for (const auto& [path, bytes] : tree) {
    const auto same = known.find(path);
    const bool is_known = same != known.end() && same->second != nullptr && bytes != nullptr &&
                          *same->second == *bytes;
    if (bytes != nullptr && !is_known && !path.ends_with("/REHEARSAL-passphrase.txt")) {
      unknown.emplace(path, bytes);
    }
  }
  return unknown;
}

// What people typed stands nowhere but in the files that say that they are a rehearsal's.
void judge_secrets(const Scene& scene, const Tree& tree, Troubles& troubles) {
  constexpr std::size_t kLongEnough = 12;  // bytes
  const Tree unknown = not_looked_through(tree, scene.expected.looked_through);
  for (const base::SecretBytes& secret : scene.expected.secrets) {
    const auto reader = secret.read();
    const std::string plain(base::text_of(reader.bytes()));
    const bool is_pin = plain.size() < kLongEnough;  // its digits come by chance in any digest
    const std::string forms[] = {is_pin ? '"' + plain + '"' : plain,
                                 base::to_hex(reader.bytes()),
                                 base::to_base64(reader.bytes())};
    for (const auto& [path, bytes] : unknown) {
      for (const std::string& form : forms) {
        if (bytes->find(form) != std::string::npos) {
          troubles.push_back("a secret stands in " + path);
        }
      }
    }
  }
}

}  // namespace

std::vector<std::string> judge(const fs::path& media,
                               const ceremony::client::OpenRequest& room,
                               const Expected& expected) {
  const Scene scene{.media = media, .room = room, .expected = expected};
  const Tree tree = Medium::read(media).after(Loss::kNothing);
  Troubles troubles;
  judge_record(scene, troubles);
  judge_sites(scene, troubles);
  judge_files(scene, tree, troubles);
  const std::vector<Json> journal = journal_of(scene, troubles);
  judge_signatures(journal, troubles);
  judge_full_seal(scene, journal, troubles);
  judge_splits(journal, troubles);
  judge_outputs(scene, troubles);
  judge_artefacts(scene, troubles);
  judge_secrets(scene, tree, troubles);
  return troubles;
}

}  // namespace crash
