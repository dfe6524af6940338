#include "crash/judge.h"

#include <algorithm>
#include <regex>
#include <sstream>
#include <utility>

#include "base/append_log.h"
#include "base/digest.h"
#include "base/text_encoding.h"
#include "ca/pem.h"
#include "ceremony/holder_files.h"
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

constexpr std::uint32_t kGenerations = 3;  // more than any rehearsal has

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

std::string name_on(const fs::path& media, const fs::path& file) {
  return file.lexically_relative(media).string();
}

// Of which there is a blob at the end when nothing is cut off.
std::vector<std::uint32_t> generations_at(const Scene& scene, const fs::path& site) {
  std::vector<std::uint32_t> there;
  for (std::uint32_t generation = 1; generation <= kGenerations; ++generation) {
    const fs::path blob = ceremony::generation_folder(site, generation) / ceremony::kBlobFile;
    if (scene.expected.undisturbed.contains(name_on(scene.media, blob))) {
      there.push_back(generation);
    }
  }
  return there;
}

// Every site in the room knows the record, holds its own vault, and no two copies differ.
void judge_sites(const Scene& scene, Troubles& troubles) {
  const std::string sealed = content_of(scene.room.published / scene.expected.record / "seal.note");
  for (const fs::path& site : scene.room.sites) {
    if (const auto ledger = ceremony::read_ledger(site / "ledger"); !ledger) {
      troubles.push_back(site.string() + ": " + ledger.error().message);
    }
    for (const std::uint32_t generation : generations_at(scene, site)) {
      if (const auto vault = ceremony::read_vault(site, generation); !vault) {
        troubles.push_back(site.string() + ": " + vault.error().message);
      }
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

// What was there before, and is there when nothing is cut off, has the bytes that it had.
void judge_kept(const Scene& scene, const Tree& tree, Troubles& troubles) {
  for (const auto& [path, bytes] : scene.expected.before) {
    const auto kept = tree.find(path);
    const bool is_file = bytes != nullptr && scene.expected.undisturbed.contains(path);
    if (is_file && (kept == tree.end() || kept->second == nullptr || *kept->second != *bytes)) {
      troubles.push_back(path + " is not what it was before the ceremony");
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
    for (const Json& one : facts.value("signatures", Json::array())) {
      signed_once.note("the signature " + one.at("name").get<std::string>(), one.at("signature"));
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

// What is destroyed is destroyed once, and what was here is found.
void judge_destructions(const Scene& scene, const std::vector<Json>& journal, Troubles& troubles) {
  std::set<std::string> destroyed;
  for (const Json& entry : journal) {
    const std::string type = entry.at("type");
    if (type == "blob-unseen" ||
        (type == "share-absent" && !scene.expected.record.ends_with("retirement"))) {
      troubles.push_back("what was here counts as left: " + entry.dump());
    }
    const bool is_end = type == "blob-destroyed" || type == "share-destroyed";
    if (is_end && !destroyed.insert(type + entry.at("data").dump()).second) {
      troubles.push_back("destroyed twice: " + entry.at("data").dump());
    }
  }
}

// What the public record says of sets, keys and branches, in order; not its hidden facts.
// Nor "key.delete": a key that was in this machine's memory went with the power, and the record
// says that there was none to delete.
std::vector<std::string> claims_of(const ceremony::Transcript& record) {
  static const std::set<std::string> claims{"set.live", "set.retire", "key.end", "ledger.merge"};
  std::vector<std::string> said;
  for (const auto& entry : record.entries()) {
    if (claims.contains(entry.type)) {
      Json data = entry.data;
      data.erase("_sd");
      said.push_back(entry.type + " " + data.dump());
    }
  }
  return said;
}

// After a cut no more is claimed than without one, no less, and nothing twice; and what is said to
// be gone is gone.
void judge_claims(const Scene& scene, Troubles& troubles) {
  const fs::path file = scene.room.published / scene.expected.record / "transcript.log";
  const auto record = ceremony::Transcript::read(file);
  const auto wanted =
      ceremony::Transcript::parse(*scene.expected.undisturbed.at(name_on(scene.media, file)));
  if (!record || !wanted) {
    return;  // told elsewhere
  }
  if (claims_of(*record) != claims_of(*wanted)) {
    troubles.push_back("the record does not claim what it claims without a cut");
  }
  for (const auto& entry : record->entries()) {
    const bool is_gone = (entry.type == "set.retire" && entry.data.at("blobs") == "gone") ||
                         (entry.type == "key.end" && entry.data.at("claim") == "provably-gone");
    for (const fs::path& site : scene.room.sites) {
      const fs::path folder = ceremony::generation_folder(
          site, is_gone ? entry.data.at("generation").get<std::uint32_t>() : 0);
      if (is_gone && fs::exists(folder / ceremony::kBlobFile)) {
        troubles.push_back(folder.string() + " has a blob that the record says is gone");
      }
    }
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
  const bool is_given_up = std::ranges::any_of(record->entries(), [](const auto& entry) {
    return entry.type == "close" && entry.data.at("result") == "aborted";
  });
  for (const auto& entry : record->entries()) {
    if (entry.type == "artefact.sign" || entry.type == "key.statement") {
      const std::string what = entry.type + " of " + entry.data.value("artefact", "the key's end");
      published_once.note(what, entry.text);
      if (written.contains(entry.data.at("signature").get<std::string>()) == is_given_up) {
        troubles.push_back("the signature of " + what +
                           (is_given_up ? " is left, though it was given up" : " is missing"));
      }
    } else if (entry.type == "cross.request") {
      published_once.note("the request for a cross-certificate", entry.text);
      if (written.contains(entry.data.at("request").get<std::string>()) == is_given_up) {
        troubles.push_back(is_given_up ? "the request is left, though it was given up"
                                       : "the request is missing");
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
      const char* const folder = entry.data.contains("reserve") ? "reserve" : "crl";
      const std::string crl = content_of(home / folder / (number + ".crl"));
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

// Whether the people have agreed, by whole lines of the journal, to the end of something.
bool is_end_agreed(const std::string& journal) {
  static const std::set<std::string> agreements{"point-of-no-return", "agree-to-destroy"};
  std::istringstream lines(journal);
  for (std::string line; std::getline(lines, line);) {
    const auto entry = ceremony::parse_json(line.substr(line.find(' ') + 1));
    const bool is_completed = entry && entry->is_object() && entry->value("type", "") == "complete";
    if (is_completed && agreements.contains(entry->at("data").value("step", ""))) {
      return true;
    }
  }
  return false;
}

std::string bytes_on(const Tree& tree, const std::string& path) {
  const auto found = tree.find(path);
  return found == tree.end() || found->second == nullptr ? std::string() : *found->second;
}

// Whether header and blob of one generation lie at the site, and are each other's.
bool has_vault(const Tree& tree, const std::string& site) {
  for (std::uint32_t generation = 1; generation <= kGenerations; ++generation) {
    const fs::path folder = ceremony::generation_folder(site, generation);
    const auto header =
        ceremony::read_vault_header(bytes_on(tree, (folder / ceremony::kVaultHeaderFile).string()));
    const std::string blob = bytes_on(tree, (folder / ceremony::kBlobFile).string());
    if (header && header->blob_sha256 == base::sha256_hex(base::bytes_of(blob))) {
      return true;
    }
  }
  return false;
}

// What was there before, and is not as it was. (Trees of one run share what was not touched.)
std::vector<std::string> altered_in(const Tree& now, const Tree& before) {
  std::vector<std::string> altered;
  for (const auto& [path, bytes] : before) {
    const auto there = now.find(path);
    const bool is_same = there != now.end() &&
                         (there->second == bytes || (bytes != nullptr && there->second != nullptr &&
                                                     *there->second == *bytes));
    if (!is_same) {
      altered.push_back(path);
    }
  }
  return altered;
}

bool may_end(const std::string& path) {
  static const std::set<std::string> ends{
      ceremony::kBlobFile, ceremony::kShareFile, ceremony::kCardText, ceremony::kCardSvg};
  return ends.contains(fs::path(path).filename().string());
}

}  // namespace

std::vector<std::string> judge_cut(const Tree& now,
                                   const fs::path& media,
                                   const ceremony::client::OpenRequest& room,
                                   const Expected& expected) {
  const std::vector<std::string> altered = altered_in(now, expected.before);
  if (altered.empty()) {
    return {};
  }
  Troubles troubles;
  const fs::path journal = room.confidential / expected.record / "journal.log";
  const bool is_agreed = is_end_agreed(bytes_on(now, name_on(media, journal)));
  for (const std::string& path : altered) {
    if (!is_agreed || !may_end(path)) {
      troubles.push_back(path + " was altered, or is gone");
    }
  }
  const bool is_end_of_key = expected.record.ends_with("key-destruction");
  for (const fs::path& folder : room.sites) {
    const std::string site = name_on(media, folder);
    const bool may_be_gone = is_end_of_key && is_agreed;
    if (!may_be_gone && has_vault(expected.before, site) && !has_vault(now, site)) {
      troubles.push_back("there is no whole vault at " + site);
    }
  }
  return troubles;
}

std::vector<std::string> judge(const fs::path& media,
                               const ceremony::client::OpenRequest& room,
                               const Expected& expected) {
  const Scene scene{.media = media, .room = room, .expected = expected};
  const Tree tree = Medium::read(media).after(Loss::kNothing);
  Troubles troubles;
  judge_record(scene, troubles);
  judge_sites(scene, troubles);
  judge_files(scene, tree, troubles);
  judge_kept(scene, tree, troubles);
  const std::vector<Json> journal = journal_of(scene, troubles);
  judge_signatures(journal, troubles);
  judge_full_seal(scene, journal, troubles);
  judge_splits(journal, troubles);
  judge_destructions(scene, journal, troubles);
  judge_claims(scene, troubles);
  judge_outputs(scene, troubles);
  judge_artefacts(scene, troubles);
  judge_secrets(scene, tree, troubles);
  return troubles;
}

}  // namespace crash
