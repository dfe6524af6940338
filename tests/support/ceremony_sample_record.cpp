#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <utility>

#include "base/calendar.h"
#include "base/digest.h"
#include "base/text_encoding.h"
#include "ca/software_key.h"
#include "ceremony/head.h"
#include "ceremony/journal.h"
#include "ceremony/report.h"
#include "ceremony/seal.h"
#include "ceremony/signed_note.h"
#include "support/sample_record.h"

namespace support {

namespace {

namespace fs = std::filesystem;
using ceremony::Json;

constexpr std::string_view kBase = "pki.example/root-g1";
constexpr std::string_view kEvaluation = "{\n  \"format\": \"sample\"\n}\n";

template <typename T>
T must(base::Result<T> result) {
  if (!result) {
    std::cerr << "sample record: " << result.error().message << '\n';
    std::abort();
  }
  return std::move(result).value();
}

void must(const base::Result<void>& result) {
  if (!result) {
    std::cerr << "sample record: " << result.error().message << '\n';
    std::abort();
  }
}

void put(const fs::path& path, std::string_view content) {
  std::ofstream(path, std::ios::binary) << content;
}

std::string random_hash() {
  return base::to_hex(base::sha256(base::bytes_of(ceremony::executive_name("x"))));
}

std::string key_name(const std::string& role) {
  return std::string(kBase) + "/" + role;
}

// An auditor who signs on a machine of her own, with a P-256 key.
class Auditor {
 public:
  Auditor()
      : key_(must(ca::SoftwareKey::generate(ca::Algorithm::kP256))),
        vkey_(must(ceremony::make_vkey(
            {key_name("auditor"), ceremony::NoteAlgorithm::kP256, key_->public_key_info()}))) {}

  [[nodiscard]] const ceremony::Vkey& vkey() const { return vkey_; }

  // Signs until the DER has the length that is most frequent, so that all samples have one shape.
  [[nodiscard]] std::string sign(const std::string& text) const {
    constexpr std::size_t kUsualBytes = 71;
    ceremony::NoteSignature signature{vkey_.name, vkey_.key_hash, {}};
    while (signature.signature.size() != kUsualBytes) {
      signature.signature = must(key_->sign(base::bytes_of(text)));
    }
    return signature.line();
  }

 private:
  std::unique_ptr<ca::SoftwareKey> key_;
  ceremony::Vkey vkey_;
};

// The people of the sample, and its ceremonies one after the other.
class Maker {
 public:
  explicit Maker(const SampleOptions& options) : options_(options) {
    for (const char* const role : {"administrator", "internal-witness"}) {
      signers_.push_back({key_name(role), base::SecretBytes::random(32)});
    }
    for (unsigned seat = 0; seat < options.quorum.shares; ++seat) {
      executives_.push_back({ceremony::executive_name(kBase), base::SecretBytes::random(32)});
    }
    record_.public_folder = options.folder / "public";
    record_.confidential_folder = options.folder / "confidential";
    record_.signers_file = options.folder / "signers.vkey";
    fs::create_directories(record_.public_folder);
    fs::create_directories(record_.confidential_folder);
  }

  SampleRecord make() {
    hold("root-generation", &Maker::generate_root);
    hold("subordinate-signing", &Maker::sign_subordinate);
    hold("evaluation", &Maker::evaluate);
    write_top();
    return record_;
  }

 private:
  using Acts = void (Maker::*)(ceremony::Journal&);

  void hold(const std::string& type, Acts acts) {
    const std::string name = "000" + std::to_string(++sequence_) + "-" + type;
    const fs::path folder = record_.public_folder / name;
    fs::create_directory(folder);
    fs::create_directory(record_.confidential_folder / name);
    ceremony::JournalOptions journal_options;
    journal_options.journal_path = record_.confidential_folder / name / "journal.log";
    journal_options.transcript_path = folder / "transcript.log";
    journal_options.mode = ceremony::Mode::kRehearsal;
    journal_options.clock = &clock_;
    auto journal = must(ceremony::Journal::create(std::move(journal_options)));
    begin(journal, type);
    (this->*acts)(journal);
    must(journal.publish("close", {{"result", "completed"}}));
    seal(journal, name);
    reported_.push_back({name, journal.transcript()});
    head_ = journal.transcript_head();
    clock_.set(clock_.now() + std::chrono::hours(26));
  }

  void begin(ceremony::Journal& journal, const std::string& type) {
    must(journal.publish("open",
                         {{"ceremony", type},
                          {"mode", "REHEARSAL"},
                          {"sequence", sequence_},
                          {"plan", random_hash()},
                          {"script", random_hash()},
                          {"software", "conclave 0.1.0"},
                          {"previous_head", head_}}));
    Json list = Json::array();
    for (const ceremony::NoteSigner& signer : signers_) {
      const std::string role = signer.name.substr(signer.name.rfind('/') + 1);
      list.push_back({{"role", role}, {"vkey", must(ceremony::vkey_of(signer)).text()}});
    }
    list.push_back({{"role", "auditor"}, {"vkey", auditor_.vkey().text()}});
    must(journal.publish("roster", {{"signers", std::move(list)}}));
  }

  void generate_root(ceremony::Journal& journal) {
    must(journal.publish("key.generate", {{"algorithm", "p-384"}, {"public_key", random_hash()}}));
    Json holders = Json::array();
    for (const auto& executive : executives_) {
      must(journal.append("share.handed-over", {{"holder", executive.name}}));
      clock_.set(clock_.now() + std::chrono::minutes(7));
      holders.push_back(executive.name);
    }
    must(journal.publish("shares.issue",
                         {{"generation", 1}, {"scheme", "slip-39"}, {"extra", 3}},
                         {{"k", options_.quorum.threshold},
                          {"n", options_.quorum.shares},
                          {"holders", std::move(holders)}}));
    must(journal.publish("cert.issue",
                         {{"profile", "root"},
                          // NOLINTNEXTLINE(misc-misleading-bidirectional): the report must show it
                          {"subject", "CN=Root <G1> & \xd7\xa9\xe2\x80\xae"},
                          {"certificate", random_hash()},
                          {"path_length", -1}}));
  }

  void sign_subordinate(ceremony::Journal& journal) {
    for (unsigned present = 0; present < options_.quorum.threshold; ++present) {
      must(journal.append("share.presented", {{"seat", present}}));
      clock_.set(clock_.now() + std::chrono::minutes(4));
    }
    must(journal.publish("quorum.met", {{"purpose", "sign"}}));
    must(journal.publish("cert.issue", {{"profile", "subordinate"}, {"path_length", 0}}));
  }

  void evaluate(ceremony::Journal& journal) {
    const std::string sha256 = base::sha256_hex(base::bytes_of(kEvaluation));
    must(journal.publish("evaluation", {{"file", "evaluation.json"}, {"sha256", sha256}}));
    put(record_.public_folder / "0003-evaluation" / "evaluation.json", kEvaluation);
    put(record_.public_folder / "evaluation.json", kEvaluation);
  }

  void seal(const ceremony::Journal& journal, const std::string& name) {
    const auto text =
        must(ceremony::seal_text(std::string(kBase) + "/" + name, journal.transcript()));
    std::vector<std::string> lines;
    for (const auto* group : {&signers_, &executives_}) {
      for (const ceremony::NoteSigner& signer : *group) {
        lines.push_back(must(ceremony::sign_note_line(signer, text)));
      }
    }
    lines.push_back(auditor_.sign(text));
    const auto full = must(ceremony::make_seal(text, lines));
    put(record_.confidential_folder / name / "seal-full.note", full);
    put(record_.public_folder / name / "seal.note", must(ceremony::make_public_seal(full)));
    put(record_.public_folder / name / "head.txt",
        must(ceremony::head_text(journal.transcript_head())));
  }

  void write_top() {
    std::string signers = "# the paper roster of the sample\n";
    for (const ceremony::NoteSigner& signer : signers_) {
      record_.vkeys.push_back(must(ceremony::vkey_of(signer)).text());
    }
    record_.vkeys.push_back(auditor_.vkey().text());
    for (const std::string& vkey : record_.vkeys) {
      signers += vkey + "\n";
    }
    put(record_.signers_file, signers);
    put(record_.public_folder / "head.txt", must(ceremony::head_text(head_)));
    put(record_.public_folder / "report.html", ceremony::report_html(reported_));
    if (!options_.verify_py.empty()) {
      fs::copy_file(options_.verify_py, record_.public_folder / "verify.py");
    }
  }

  const SampleOptions& options_;
  SampleRecord record_;
  std::vector<ceremony::NoteSigner> signers_;
  std::vector<ceremony::NoteSigner> executives_;
  Auditor auditor_;
  base::FixedClock clock_{must(base::parse_utc_time("2026-11-23T08:00:00Z"))};
  std::vector<ceremony::ReportedCeremony> reported_;
  std::string head_ = ceremony::no_previous();
  unsigned sequence_ = 0;
};

}  // namespace

SampleRecord make_sample_record(const SampleOptions& options) {
  return Maker(options).make();
}

}  // namespace support
