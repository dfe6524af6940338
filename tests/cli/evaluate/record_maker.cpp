// record_maker DIR K N [lost|production] - a record of root generation and subordinate signing,
// written and sealed by the real classes, with journals: holders alternate between Europe and Asia,
// a copy lies on both. With "lost" a share verification follows, at which the share of seat A is
// reported lost. With "production" the journals are encrypted for a record keeper, whose key file
// is keeper.pem, opened by the first line of keeper.txt; another keeper's, another.pem, has the
// same passphrase.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/calendar.h"
#include "base/secret_bytes.h"
#include "ca/key_file.h"
#include "ceremony/head.h"
#include "ceremony/journal.h"
#include "ceremony/seal.h"
#include "ceremony/signed_note.h"
#include "support/evaluation_records.h"

namespace {

namespace fs = std::filesystem;
using ceremony::Json;
using support::digest_named;

constexpr const char* kOrigin = "pki.example/root-g1";
constexpr std::string_view kPassphrase = "the keeper of this record alone";

template <typename T>
T must(base::Result<T> result) {
  if (!result) {
    std::cerr << "record_maker: " << result.error().message << '\n';
    std::exit(1);
  }
  return std::move(result).value();
}

void must(const base::Result<void>& result) {
  if (!result) {
    std::cerr << "record_maker: " << result.error().message << '\n';
    std::exit(1);
  }
}

void put(const fs::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

struct Numbers {
  unsigned threshold = 0;
  unsigned shares = 0;
};

class Maker {
 public:
  Maker(fs::path folder, Numbers numbers) : folder_(std::move(folder)), numbers_(numbers) {}

  Maker& losing_one() {
    loses_one_ = true;
    return *this;
  }

  Maker& in_production() {
    mode_ = ceremony::Mode::kProduction;
    keepers_ = {write_keeper("keeper.pem")};
    static_cast<void>(write_keeper("another.pem"));
    put(folder_ / "keeper.txt", std::string(kPassphrase) + "\n");
    return *this;
  }

  void make() {
    hold("0001-root-generation", &Maker::generate);
    hold("0002-subordinate-signing", &Maker::sign);
    if (loses_one_) {
      hold("0003-share-verification", &Maker::verify);
    }
    put(folder_ / "signers.vkey", must(ceremony::vkey_of(signer_)).text() + "\n");
  }

 private:
  // A new record keeper's key file; gives the public half.
  [[nodiscard]] ceremony::X25519PublicKey write_keeper(const std::string& name) const {
    fs::create_directories(folder_);
    const auto secret = base::SecretBytes::random(32);
    const auto passphrase = base::SecretBytes::copy_of(base::bytes_of(kPassphrase));
    const auto text = must(ca::write_key_file({.kind = ca::FileKey::kX25519,
                                               .raw = secret,
                                               .passphrase = passphrase,
                                               .cost = ca::KeyFileCost::kMinimal}));
    put(folder_ / name, std::string(base::text_of(text)));
    return must(ceremony::keeper_public_key(secret));
  }

  void hold(const std::string& name, void (Maker::*acts)(ceremony::Journal&)) {
    fs::create_directories(folder_ / "public" / name);
    fs::create_directories(folder_ / "confidential" / name);
    ceremony::JournalOptions options;
    options.journal_path = folder_ / "confidential" / name / "journal.log";
    options.transcript_path = folder_ / "public" / name / "transcript.log";
    options.clock = &clock_;
    options.mode = mode_;
    options.keepers = keepers_;
    auto journal = must(ceremony::Journal::create(std::move(options)));
    must(journal.publish("open",
                         {{"ceremony", name.substr(5)},
                          {"mode", ceremony::name_of(mode_)},
                          {"sequence", ++sequence_},
                          {"plan", digest_named("plan")},
                          {"script", digest_named("script")},
                          {"software", "conclave 0.1.0"},
                          {"previous_head", head_}}));
    Json signers = Json::array();
    signers.push_back(
        {{"role", "administrator"}, {"vkey", must(ceremony::vkey_of(signer_)).text()}});
    must(journal.publish("roster", {{"signers", std::move(signers)}}));
    (this->*acts)(journal);
    must(journal.publish("close", {{"result", "completed"}}));
    head_ = journal.transcript_head();
    seal(journal.transcript(), folder_ / "public" / name);
  }

  void seal(const ceremony::Transcript& transcript, const fs::path& folder) {
    const auto text = must(ceremony::seal_text(kOrigin, transcript));
    put(folder / "seal.note",
        must(ceremony::make_seal(text, {must(ceremony::sign_note_line(signer_, text))})));
    put(folder / "head.txt", must(ceremony::head_text(head_)));
  }

  void generate(ceremony::Journal& journal) {
    must(journal.publish(
        "key.generate",
        {{"algorithm", "p-384"},
         {"public_key", digest_named("root")},
         {"made_in", "token"},
         {"token",
          {{"manufacturer", "SoftHSM project"}, {"model", "SoftHSM v2"}, {"firmware", "2.6"}}}}));
    Json holders = Json::array();
    for (unsigned seat = 0; seat < numbers_.shares; ++seat) {
      holders.push_back({{"seat", std::string(1, static_cast<char>('A' + seat))},
                         {"continent", seat % 2 == 0 ? "Europe" : "Asia"}});
    }
    const Json sites = {{{"site", "site-1"}, {"continent", "Europe"}},
                        {{"site", "site-2"}, {"continent", "Asia"}}};
    must(journal.append(
        "holders", {{"holders", holders}, {"threshold", numbers_.threshold}, {"sites", sites}}));
    must(journal.publish(
        "shares.issue",
        {{"generation", 1}, {"scheme", "slip-39"}, {"extra", numbers_.shares - numbers_.threshold}},
        {{.name = "k", .value = numbers_.threshold}, {.name = "n", .value = numbers_.shares}}));
    must(journal.publish("cert.issue", support::root_certificate_data({})));
  }

  void sign(ceremony::Journal& journal) {
    must(journal.publish("quorum.met", {{"purpose", "sign"}}));
    must(journal.publish("cert.issue", support::subordinate_data({})));
  }

  void verify(ceremony::Journal& journal) {
    for (unsigned seat = 0; seat < numbers_.shares; ++seat) {
      must(journal.append("share-verified",
                          {{"seat", std::string(1, static_cast<char>('A' + seat))},
                           {"health", seat == 0 ? "lost" : "good"}}));
    }
    must(journal.publish("shares.health", {{"result", "all-shares-verified"}}));
  }

  fs::path folder_;
  Numbers numbers_;
  bool loses_one_ = false;
  ceremony::Mode mode_ = ceremony::Mode::kRehearsal;
  std::vector<ceremony::X25519PublicKey> keepers_;
  base::FixedClock clock_{base::parse_utc_time("2026-11-23T10:00:00Z").value()};
  ceremony::NoteSigner signer_{std::string(kOrigin) + "/administrator",
                               base::SecretBytes::random(32)};
  std::string head_ = ceremony::no_previous();
  unsigned sequence_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const std::span<char*> arguments(argv, static_cast<std::size_t>(argc));
  if (arguments.size() < 4 || arguments.size() > 5) {
    std::cerr << "usage: record_maker DIR K N [lost|production]\n";
    return 2;
  }
  Maker maker(arguments[1],
              {.threshold = static_cast<unsigned>(std::strtoul(arguments[2], nullptr, 10)),
               .shares = static_cast<unsigned>(std::strtoul(arguments[3], nullptr, 10))});
  const std::string_view variant = arguments.size() == 5 ? arguments[4] : "";
  if (variant == "production") {
    maker.in_production();
  } else if (variant == "lost") {
    maker.losing_one();
  }
  maker.make();
  return 0;
}
