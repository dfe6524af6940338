// tests/crash/victim.cpp - does what a ceremony does to its media, and says after each act that it
// is done. tests/crash/driver.py kills it or lets it fail at every call and looks at what is left.
//
// victim act FOLDER         the acts, below FOLDER; "done ACT FILE HASH" after each
// victim naive FOLDER       a save as one would write it without thinking; the driver must notice
// victim reopen FOLDER...   whether each folder can be gone on with: "good FOLDER LINES" or "bad
// ..."

#include <array>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <unistd.h>

#include "base/append_log.h"
#include "base/digest.h"
#include "base/media.h"

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPublicBytes = 100'000;  // more than one piece of the read-back
// The driver looks for it, as it stands and encoded, in every file but the one that may hold it.
constexpr std::string_view kMarker = "MARKER-of-a-secret-0123456789abc";

enum class ExitCode : int { kDone = 0, kRefused = 1, kUsage = 2, kMute = 3 };

// One write() a line: what was said is known to the driver however this program ends.
void say(const std::string& line) {
  const std::string whole = line + "\n";
  if (write(STDOUT_FILENO, whole.data(), whole.size()) != static_cast<ssize_t>(whole.size())) {
    _exit(static_cast<int>(ExitCode::kMute));
  }
}

bool refused(const base::Error& error) {
  say("refused " + error.message);
  return false;
}

bool done(std::string_view act, const fs::path& path, const std::string& hash) {
  say("done " + std::string(act) + " " + path.filename().string() + " " + hash);
  return true;
}

base::Bytes public_bytes() {
  base::Bytes bytes(kPublicBytes);
  for (std::size_t place = 0; place < bytes.size(); ++place) {
    bytes[place] = static_cast<std::uint8_t>(place * 31 + place / 256);
  }
  return bytes;
}

base::SecretBytes secret_bytes() {
  return base::SecretBytes::copy_of(base::bytes_of(kMarker));
}

bool make_folder(const fs::path& folder) {
  const auto made = base::make_new_folder(folder / "made");
  return made.ok() ? done("make", folder / "made", "-") : refused(made.error());
}

bool save_public(const fs::path& folder) {
  const auto saved = base::save_new(folder / "public.bin", public_bytes());
  return saved.ok() ? done("save", saved->path, saved->sha256) : refused(saved.error());
}

// As a step does that is done again.
bool save_public_again(const fs::path& folder) {
  const auto saved = base::save_new_or_same(folder / "public.bin", public_bytes());
  return saved.ok() ? done("again", saved->path, saved->sha256) : refused(saved.error());
}

bool save_two_together(const fs::path& folder) {
  const fs::path one = folder / "one.bin";
  const fs::path two = folder / "two.bin";
  const base::Bytes long_one = public_bytes();
  const base::ByteView short_one = base::ByteView(long_one).first(100);
  const std::array files{base::FileToSave{.path = one, .bytes = long_one},
                         base::FileToSave{.path = two, .bytes = short_one}};
  const auto saved = base::save_together(files);
  return saved.ok() ? done("together", one, base::sha256_hex(long_one)) &&
                          done("together", two, base::sha256_hex(short_one))
                    : refused(saved.error());
}

bool save_secret(const fs::path& folder) {
  const auto saved = base::save_new(folder / "secret.bin", secret_bytes());
  return saved.ok() ? done("save", saved->path, saved->sha256) : refused(saved.error());
}

bool read_again(const fs::path& folder) {
  const auto bytes = base::read_file(folder / "public.bin", kPublicBytes);
  if (!bytes) {
    return refused(bytes.error());
  }
  const auto secret = base::read_secret_file(folder / "secret.bin", kMarker.size());
  if (!secret) {
    return refused(secret.error());
  }
  if (*bytes != public_bytes() || !secret->equals(secret_bytes())) {
    return refused({base::ErrorCode::kInconsistent, "read something else"});
  }
  return done("read", folder, "-");
}

bool append(base::AppendLog& log, const fs::path& path, const std::string& text) {
  const auto hash = log.append(text);
  return hash.ok() ? done("append", path, *hash) : refused(hash.error());
}

bool begin_log(const fs::path& folder) {
  const fs::path path = folder / "journal.log";
  auto log = base::AppendLog::create(path);
  if (!log) {
    return refused(log.error());
  }
  done("create", path, "-");
  return append(*log, path, R"({"i":0})") && append(*log, path, std::string(5000, 'x')) &&
         append(*log, path, R"({"i":2})");
}

// Of a log that is there: the one begun above, or torn.log, which the driver planted.
bool go_on_with_log(const fs::path& path) {
  auto log = base::AppendLog::open(path);
  if (!log) {
    return refused(log.error());
  }
  done("open", path, std::to_string(log->lines().size()));
  return append(*log, path, "more 0") && append(*log, path, "more 1");
}

ExitCode act(const fs::path& folder) {
  const bool all = make_folder(folder) && save_public(folder) && save_public_again(folder) &&
                   save_two_together(folder) && save_secret(folder) && read_again(folder) &&
                   begin_log(folder) && go_on_with_log(folder / "journal.log") &&
                   go_on_with_log(folder / "torn.log");
  return all ? ExitCode::kDone : ExitCode::kRefused;
}

// Over the old file, in place. The control: a driver that finds nothing here finds nothing at all.
ExitCode naive(const fs::path& folder) {
  std::ofstream file(folder / "old.bin", std::ios::binary | std::ios::trunc);
  file << "what was there before\n";
  file.close();
  return file.good() ? ExitCode::kDone : ExitCode::kRefused;
}

// What a resumed ceremony does: opens the logs, appends, and saves under a name of its own.
std::string trouble_going_on(const fs::path& folder) {
  for (const std::string_view name : {"journal.log", "torn.log"}) {
    auto log = base::AppendLog::open(folder / name);
    if (!log && log.error().code == base::ErrorCode::kNotFound && name == "journal.log") {
      log = base::AppendLog::create(folder / name);
    }
    if (!log) {
      return log.error().message;
    }
    if (const auto line = log->append("resumed"); !line) {
      return line.error().message;
    }
  }
  const auto saved = base::save_new(folder / "public.2.bin", public_bytes());
  return saved.ok() ? "" : saved.error().message;
}

ExitCode reopen(int count, char** folders) {
  bool good = true;
  for (int index = 0; index < count; ++index) {
    const fs::path folder = folders[index];
    const std::string trouble = trouble_going_on(folder);
    say((trouble.empty() ? "good " : "bad ") + folder.string() + " " + trouble);
    good = good && trouble.empty();
  }
  return good ? ExitCode::kDone : ExitCode::kRefused;
}

}  // namespace

int main(int argc, char** argv) {
  static_cast<void>(signal(SIGXFSZ, SIG_IGN));  // take EFBIG instead
  const std::string_view verb = argc > 1 ? argv[1] : "";
  if (verb == "act" && argc == 3) {
    say("begin");
    return static_cast<int>(act(argv[2]));
  }
  if (verb == "naive" && argc == 3) {
    say("begin");
    return static_cast<int>(naive(argv[2]));
  }
  if (verb == "reopen" && argc > 2) {
    return static_cast<int>(reopen(argc - 2, argv + 2));
  }
  static_cast<void>(
      std::fputs("usage: victim act|naive FOLDER | victim reopen FOLDER...\n", stderr));
  return static_cast<int>(ExitCode::kUsage);
}
