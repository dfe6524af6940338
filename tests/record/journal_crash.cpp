// tests/record/journal_crash.cpp - a power cut at every byte of a journal, with every kind of tail.
//
// For each position of a journal of some ten entries, and each tail that file systems leave
// (nothing, zeros, 4 KiB of zeros, 0xff): opening it must give exactly the entries that were whole,
// an entry about what was cut off, and a transcript completed from them.

#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "base/calendar.h"
#include "ceremony/journal.h"
#include "ceremony/transcript.h"

namespace {

namespace fs = std::filesystem;

struct Sample {
  std::string journal;
  std::string transcript;
  std::vector<std::size_t> ends;            // byte after each whole line of the journal
  std::vector<std::size_t> public_entries;  // how many public entries the lines up to here hold
};

// What a file system leaves behind the last byte that was written.
struct Tail {
  std::size_t size_bytes;
  char byte;

  [[nodiscard]] std::string text() const { return std::string(size_bytes, byte); }
};

constexpr std::array<Tail, 4> kTails = {{{0, '\0'}, {1, '\0'}, {4096, '\0'}, {7, '\xff'}}};

// What the test has found so far.
struct Tally {
  std::size_t cuts = 0;
  std::size_t wrong = 0;
};

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void put(const fs::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

void must(const base::Result<void>& result) {
  if (!result) {
    std::cerr << result.error().message << '\n';
    std::exit(1);
  }
}

class CrashTest {
 public:
  CrashTest(fs::path folder, ceremony::Mode mode) : folder_(std::move(folder)), mode_(mode) {
    fs::create_directories(folder_);
    secret_ = base::SecretBytes::copy_of(base::Bytes(32, 0x21));
  }

  Tally run() {
    sample_ = make_sample();
    Tally tally;
    for (std::size_t cut = 0; cut <= sample_.journal.size(); ++cut) {
      for (const Tail& tail : tails_at(cut)) {
        ++tally.cuts;
        tally.wrong += recovers(cut, tail.text()) ? 0U : 1U;
      }
    }
    return tally;
  }

 private:
  // Encrypted lines are cut by the same code: one tail a position, each in its turn.
  [[nodiscard]] std::vector<Tail> tails_at(std::size_t cut) const {
    if (mode_ == ceremony::Mode::kRehearsal) {
      return {kTails.begin(), kTails.end()};
    }
    return {kTails.at(cut % kTails.size())};
  }

  [[nodiscard]] ceremony::JournalOptions options() const {
    ceremony::JournalOptions given;
    given.journal_path = folder_ / "journal.log";
    given.transcript_path = folder_ / "transcript.log";
    given.mode = mode_;
    given.clock = &clock_;
    if (mode_ == ceremony::Mode::kProduction) {
      given.keepers = {ceremony::keeper_public_key(secret_).value()};
      given.keeper_secret = &secret_;
    }
    return given;
  }

  Sample make_sample() {
    auto journal = ceremony::Journal::create(options());
    if (!journal) {
      std::cerr << journal.error().message << '\n';
      std::exit(1);
    }
    must(journal->append("begin", {{"step", "open-bag"}}));
    must(journal->publish("open", {{"mode", ceremony::name_of(mode_)}}));
    must(journal->append("complete", {{"step", "open-bag"}}));
    must(journal->append("begin", {{"step", "split"}}));
    must(journal->publish("shares.issue", {{"extra", 3}}, {{"k", 2}, {"n", 5}}));
    must(journal->append("complete", {{"step", "split"}}));
    must(journal->append("begin", {{"step", "close"}}));
    must(journal->publish("close", {{"result", "completed"}}));
    Sample sample{
        content_of(folder_ / "journal.log"), content_of(folder_ / "transcript.log"), {}, {}};
    std::size_t end = 0;
    std::size_t published = 0;
    for (const ceremony::JournalEntry& entry : journal->entries()) {
      end = sample.journal.find('\n', end) + 1;
      published += entry.type == "public" ? 1U : 0U;
      sample.ends.push_back(end);
      sample.public_entries.push_back(published);
    }
    return sample;
  }

  // The first `count` lines of the transcript.
  [[nodiscard]] std::string transcript_lines(std::size_t count) const {
    std::size_t end = 0;
    for (std::size_t line = 0; line < count; ++line) {
      end = sample_.transcript.find('\n', end) + 1;
    }
    return sample_.transcript.substr(0, end);
  }

  bool recovers(std::size_t cut, const std::string& tail) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    std::size_t whole = 0;
    while (whole < sample_.ends.size() && sample_.ends[whole] <= cut) {
      ++whole;
    }
    const std::size_t published = whole == 0 ? 0 : sample_.public_entries[whole - 1];
    put(folder_ / "journal.log", sample_.journal.substr(0, cut) + tail);
    // The power fails between the journal and the transcript, too: one line less, or a torn one.
    const std::string before = transcript_lines(published == 0 ? 0 : published - cut % 2);
    put(folder_ / "transcript.log", before + (cut % 3 == 0 ? tail : ""));
    auto journal = ceremony::Journal::open(options());
    if (whole == 0) {
      return began_anew(journal, cut, tail);
    }
    const std::size_t torn = cut - sample_.ends[whole - 1] + tail.size();
    return journal && holds(*journal, whole, torn) &&
           content_of(folder_ / "transcript.log") == transcript_lines(published) &&
           content_of(folder_ / "journal.log")
                   .compare(
                       0, sample_.ends[whole - 1], sample_.journal, 0, sample_.ends[whole - 1]) ==
               0 &&
           ceremony::check_stored_journal(content_of(folder_ / "journal.log")).ok();
  }

  // Before line 0 was whole nothing had happened: it is written now. What stands in a transcript
  // then cannot be from that ceremony, and stops it.
  static bool began_anew(const base::Result<ceremony::Journal>& journal,
                         std::size_t cut,
                         const std::string& tail) {
    if (cut % 3 == 0 && !tail.empty()) {
      return !journal && journal.error().code == base::ErrorCode::kInconsistent;
    }
    return journal && holds(*journal, 1, cut + tail.size());
  }

  static bool holds(const ceremony::Journal& journal, std::size_t whole, std::size_t torn) {
    const auto& entries = journal.entries();
    if (entries.size() != whole + (torn == 0 ? 0 : 1)) {
      return false;
    }
    return torn == 0 ||
           (entries.back().type == "recovered" && entries.back().data["size_bytes"] == torn);
  }

  fs::path folder_;
  ceremony::Mode mode_;
  base::SecretBytes secret_{32};
  base::FixedClock clock_{base::parse_utc_time("2026-11-23T10:00:00Z").value()};
  Sample sample_;
};

}  // namespace

int main(int argc, char** argv) {
  const fs::path shared_memory = "/dev/shm";
  std::string folder =
      ((fs::exists(shared_memory) ? shared_memory : fs::temp_directory_path()) / "crash-XXXXXX")
          .string();
  const bool production = argc == 2 && std::string_view(argv[1]) == "production";
  const auto mode = production ? ceremony::Mode::kProduction : ceremony::Mode::kRehearsal;
  if (mkdtemp(folder.data()) == nullptr) {
    std::perror("mkdtemp");
    return 1;
  }
  const Tally tally = CrashTest(fs::path(folder) / "record", mode).run();
  std::cout << ceremony::name_of(mode) << ": " << tally.cuts << " cuts, " << tally.wrong
            << " wrong\n";
  fs::remove_all(folder);
  return tally.wrong == 0 && tally.cuts > 0 ? 0 : 1;
}
