#include "ceremony/journal.h"

#include <cctype>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "base/calendar.h"
#include "base/digest.h"
#include "support/temporary_folder.h"

namespace {

using base::ErrorCode;
using ceremony::Journal;
using ceremony::Json;
using ceremony::Mode;

// A folder for one journal, a clock and a record keeper.
struct Room {
  support::TemporaryFolder folder;
  base::FixedClock clock{base::parse_utc_time("2026-11-23T10:00:00Z").value()};
  base::SecretBytes keeper = base::SecretBytes::copy_of(base::Bytes(32, 0x21));

  [[nodiscard]] ceremony::JournalOptions options(Mode mode) const {
    ceremony::JournalOptions given;
    given.journal_path = folder / "journal.log";
    given.transcript_path = folder / "transcript.log";
    given.mode = mode;
    given.clock = &clock;
    if (mode == Mode::kProduction) {
      given.keepers = {ceremony::keeper_public_key(keeper).value()};
    }
    return given;
  }

  [[nodiscard]] std::string text(const char* name) const {
    return support::content_of(folder / name);
  }
};

void write_some(Journal& journal) {
  REQUIRE(journal.append("begin", {{"step", "secret-step"}}));
  REQUIRE(journal.publish("open", {{"mode", "REHEARSAL"}}));
  REQUIRE(journal.publish("shares.issue", {{"extra", 3}}, {{"k", 2}, {"n", 5}}));
}

}  // namespace

TEST_CASE("journal: what was appended is there after it is opened again") {
  for (const Mode mode : {Mode::kRehearsal, Mode::kDrill, Mode::kProduction}) {
    const Room room;
    std::string head;
    std::string transcript_head;
    {
      auto journal = Journal::create(room.options(mode));
      REQUIRE(journal);
      write_some(*journal);
      head = journal->head();
      transcript_head = journal->transcript_head();
      CHECK(journal->entries().front().type == "journal");
      CHECK(Journal::open(room.options(mode)).error().code == ErrorCode::kWrongState);
    }
    auto options = room.options(mode);
    options.keeper_secret = &room.keeper;
    auto journal = Journal::open(options);
    REQUIRE(journal);
    CHECK(journal->head() == head);
    CHECK(journal->transcript_head() == transcript_head);
    CHECK(journal->mode() == mode);
    REQUIRE(journal->entries().size() == 4);
    CHECK(journal->entries()[1].type == "begin");
    CHECK(journal->entries()[1].time == "2026-11-23T10:00:00Z");
    CHECK(journal->entries()[1].data == Json{{"step", "secret-step"}});
    CHECK(journal->append("complete", Json::object()));
    CHECK(ceremony::check_stored_journal(room.text("journal.log")));
  }
}

TEST_CASE("journal: a public entry stands word for word in both logs, with what it hides in one") {
  const Room room;
  auto journal = Journal::create(room.options(Mode::kRehearsal));
  REQUIRE(journal);
  write_some(*journal);
  const auto& entry = journal->transcript().entries().back();
  const Json& stored = journal->entries().back().data;
  CHECK(journal->entries().back().type == "public");
  CHECK(stored["line"] == entry.text);
  CHECK(stored["disclosures"].size() == 2);
  CHECK(ceremony::Transcript::parse(room.text("transcript.log")).value().head() ==
        journal->transcript_head());
  CHECK(entry.date == "2026-11-23");
  CHECK(room.text("transcript.log").find("10:00") == std::string::npos);
}

TEST_CASE("journal: many public entries at once stand as if one after the other") {
  for (const Mode mode : {Mode::kRehearsal, Mode::kProduction}) {
    const Room room;
    std::string transcript;
    {
      auto journal = Journal::create(room.options(mode));
      REQUIRE(journal);
      CHECK(journal->publish_all({}));
      REQUIRE(journal->publish_all({{"open", {{"mode", "REHEARSAL"}}, {}},
                                    {"shares.issue", {{"extra", 3}}, {{"k", 2}, {"n", 5}}},
                                    {"cert.issue", {{"serial", "01"}}, {}}}));
      CHECK(journal->entries().size() == 4);
      CHECK(journal->transcript().entries().size() == 3);
      // One that cannot be takes the others with it, and leaves nothing.
      const std::string before = room.text("journal.log");
      CHECK_FALSE(
          journal->publish_all({{"cert.issue", Json::object(), {}}, {"open", Json::object(), {}}}));
      CHECK(room.text("journal.log") == before);
      CHECK(journal->transcript().entries().size() == 3);
      CHECK(journal->publish("close", Json::object()));
      transcript = room.text("transcript.log");
      CHECK(ceremony::Transcript::parse(transcript).value().entries().size() == 4);
    }
    CHECK(ceremony::check_stored_journal(room.text("journal.log")));
    // Where the power failed between the two logs, the journal gives what the transcript lacks.
    std::filesystem::resize_file(room.folder / "transcript.log", transcript.find('\n') + 40);
    auto options = room.options(mode);
    options.keeper_secret = &room.keeper;
    REQUIRE(Journal::open(options));
    CHECK(room.text("transcript.log") == transcript);
  }
}

TEST_CASE("journal: public entries keep the day of the opening, however long the ceremony takes") {
  Room room;
  auto journal = Journal::create(room.options(Mode::kRehearsal));
  REQUIRE(journal);
  write_some(*journal);
  room.clock.set(base::parse_utc_time("2026-11-24T01:00:00Z").value());
  REQUIRE(journal->publish("quorum.met", {{"purpose", "sign"}}));
  for (const auto& entry : journal->transcript().entries()) {
    CHECK(entry.date == "2026-11-23");
  }
  CHECK(journal->entries().back().time == "2026-11-24T01:00:00Z");
}

TEST_CASE("journal: public entries have the date of the plan where there is one") {
  Room room;
  auto options = room.options(Mode::kRehearsal);
  options.date = "2026-11-20";
  auto journal = Journal::create(std::move(options));
  REQUIRE(journal);
  write_some(*journal);
  for (const auto& entry : journal->transcript().entries()) {
    CHECK(entry.date == "2026-11-20");
  }
}

TEST_CASE("journal: in production nothing but line 0 is readable on the medium") {
  const Room room;
  auto journal = Journal::create(room.options(Mode::kProduction));
  REQUIRE(journal);
  write_some(*journal);
  const std::string stored = room.text("journal.log");
  CHECK(stored.find("secret-step") == std::string::npos);
  CHECK(stored.find("shares") == std::string::npos);
  CHECK(stored.find("\"box\":") != std::string::npos);
  CHECK(stored.find("\"keys\":") < stored.find('\n'));
}

TEST_CASE("journal: in production the ticket or a keeper opens it, and nobody else") {
  Room room;
  base::SecretBytes key(32);
  {
    auto journal = Journal::create(room.options(Mode::kProduction));
    REQUIRE(journal);
    write_some(*journal);
    key = journal->journal_key().value();
  }
  auto options = room.options(Mode::kProduction);
  CHECK(Journal::open(options).error().code == ErrorCode::kInvalidArgument);
  const auto from_ticket = ceremony::key_of_ticket(ceremony::ticket_text(key));
  REQUIRE(from_ticket);
  options.journal_key = &*from_ticket;
  CHECK(Journal::open(options));
  const base::SecretBytes wrong = base::SecretBytes::random(32);
  options.journal_key = &wrong;
  CHECK(Journal::open(options).error().code == ErrorCode::kRefusedByPolicy);
  const base::SecretBytes shorter(31);
  options.journal_key = &shorter;
  CHECK(Journal::open(options).error().code == ErrorCode::kRefusedByPolicy);
  options.journal_key = nullptr;
  options.keeper_secret = &wrong;
  CHECK(Journal::open(options).error().code == ErrorCode::kRefusedByPolicy);
  options.keeper_secret = &shorter;
  CHECK(Journal::open(options).error().code == ErrorCode::kInvalidArgument);
  options.keeper_secret = &room.keeper;
  CHECK(Journal::open(options));
}

TEST_CASE("journal: what cannot be is refused before anything is written") {
  Room room;
  auto options = room.options(Mode::kRehearsal);
  options.clock = nullptr;
  CHECK(Journal::create(options).error().code == ErrorCode::kInvalidArgument);
  CHECK(Journal::open(room.options(Mode::kRehearsal)).error().code == ErrorCode::kNotFound);
  auto journal = Journal::create(room.options(Mode::kRehearsal));
  REQUIRE(journal);
  const std::string before = room.text("journal.log");
  for (const char* const type : {"", "journal", "public", "recovered", "Step", "a b"}) {
    CHECK(journal->append(type, Json::object()).error().code == ErrorCode::kInvalidArgument);
  }
  CHECK_FALSE(journal->append("begin", Json::array()));
  CHECK_FALSE(journal->append("begin", {{"x", 0.5}}));
  CHECK_FALSE(journal->publish("roster", Json::object()));  // "open" must come first
  REQUIRE(journal->publish("open", Json::object()));
  CHECK_FALSE(journal->publish("open", Json::object()));
  CHECK_FALSE(journal->publish("roster", Json::object(), {{"k", 2}}));
  CHECK(journal->journal_key().error().code == ErrorCode::kWrongState);
  CHECK(journal->entries().size() == 2);
  CHECK(Journal::create(room.options(Mode::kRehearsal)).error().code ==
        ErrorCode::kRefusedByPolicy);
  CHECK(room.text("journal.log").rfind(before, 0) == 0);
}

TEST_CASE("journal: production needs a keeper, and another mode does not open it") {
  const Room room;
  auto options = room.options(Mode::kProduction);
  options.keepers.clear();
  CHECK(Journal::create(options).error().code == ErrorCode::kInvalidArgument);
  const Room other;
  { CHECK(Journal::create(other.options(Mode::kRehearsal))); }
  CHECK(Journal::open(other.options(Mode::kDrill)).error().code == ErrorCode::kInvalidArgument);
}

TEST_CASE("journal: altered logs are not opened and not repaired") {
  const Room room;
  {
    auto journal = Journal::create(room.options(Mode::kRehearsal));
    write_some(*journal);
  }
  const std::string journal_text = room.text("journal.log");
  const std::string transcript_text = room.text("transcript.log");
  const auto refused = [&] {
    const auto journal = Journal::open(room.options(Mode::kRehearsal));
    return !journal && journal.error().code == ErrorCode::kInconsistent;
  };
  // An entry in the middle dropped: every line still proves itself.
  const std::size_t first = journal_text.find('\n') + 1;
  const std::size_t second = journal_text.find('\n', first) + 1;
  support::plant(room.folder / "journal.log",
                 journal_text.substr(0, first) + journal_text.substr(second));
  CHECK(refused());
  // An older copy of the journal: the transcript is ahead of it.
  support::plant(room.folder / "journal.log", journal_text.substr(0, second));
  CHECK(refused());
  support::plant(room.folder / "journal.log", journal_text);
  // A transcript whose line was exchanged.
  std::string other = transcript_text.substr(65, transcript_text.find('\n') - 65);
  other.replace(other.find("REHEARSAL"), 9, "DRILL");
  support::plant(room.folder / "transcript.log",
                 base::sha256_hex(base::bytes_of(other)) + " " + other + "\n");
  CHECK(refused());
  CHECK(room.text("journal.log") == journal_text);
  support::plant(room.folder / "transcript.log", transcript_text);
  CHECK(Journal::open(room.options(Mode::kRehearsal)));
}

TEST_CASE("journal: a lost transcript is made anew from it, byte for byte") {
  const Room room;
  {
    auto journal = Journal::create(room.options(Mode::kRehearsal));
    write_some(*journal);
  }
  const std::string transcript_text = room.text("transcript.log");
  std::filesystem::remove(room.folder / "transcript.log");
  REQUIRE(Journal::open(room.options(Mode::kRehearsal)));
  CHECK(room.text("transcript.log") == transcript_text);
}

TEST_CASE("journal: a torn line is set aside and told, once; a torn transcript leaves nothing") {
  const Room room;
  {
    auto journal = Journal::create(room.options(Mode::kRehearsal));
    write_some(*journal);
  }
  const std::string transcript_text = room.text("transcript.log");
  support::plant(room.folder / "journal.log", room.text("journal.log") + "torn");
  support::plant(room.folder / "transcript.log",
                 transcript_text.substr(0, transcript_text.size() - 9));
  const std::string torn_sha256 = base::sha256_hex(base::bytes_of("torn"));
  for (int again = 0; again < 2; ++again) {
    const auto journal = Journal::open(room.options(Mode::kRehearsal));
    REQUIRE(journal);
    REQUIRE(journal->entries().size() == 5);
    CHECK(journal->entries().back().type == "recovered");
    CHECK(journal->entries().back().data == Json{{"size_bytes", 4}, {"sha256", torn_sha256}});
  }
  CHECK(room.text("transcript.log") == transcript_text);
  CHECK(support::content_of(room.folder / ("journal.log.torn-" + torn_sha256)) == "torn");
  CHECK(support::files_in(room.folder.path()) == 3);
}

TEST_CASE("journal: where the power failed within its first line, it is begun anew") {
  for (const Mode mode : {Mode::kRehearsal, Mode::kProduction}) {
    const Room room;
    { REQUIRE(Journal::create(room.options(mode))); }
    std::filesystem::remove(room.folder / "transcript.log");
    const std::string whole = room.text("journal.log");
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, whole.size() - 1}) {
      support::plant(room.folder / "journal.log", whole.substr(0, size));
      auto journal = Journal::open(room.options(mode));
      REQUIRE(journal);
      CHECK(journal->entries().front().type == "journal");
      CHECK(journal->entries().size() == (size == 0 ? 1 : 2));  // "recovered" for what was torn
      CHECK(journal->append("begin", {{"step", "one"}}));
      for (const auto& file : std::filesystem::directory_iterator(room.folder.path())) {
        if (file.path().filename().string().find("torn-") != std::string::npos) {
          std::filesystem::remove(file.path());
        }
      }
    }
  }
}

TEST_CASE("journal: one that was emptied beside a transcript is not begun anew") {
  const Room room;
  {
    auto journal = Journal::create(room.options(Mode::kRehearsal));
    REQUIRE(journal);
    write_some(*journal);
  }
  support::plant(room.folder / "journal.log", "");
  const auto journal = Journal::open(room.options(Mode::kRehearsal));
  REQUIRE(!journal);
  CHECK(journal.error().code == ErrorCode::kInconsistent);
  CHECK(journal.error().message.find("the journal was emptied") != std::string::npos);
  CHECK(room.text("journal.log").empty());
}

TEST_CASE("journal: a torn line that was set aside in part only is told once, as it was") {
  const Room room;
  { CHECK(Journal::create(room.options(Mode::kRehearsal))); }
  const std::string torn_sha256 = base::sha256_hex(base::bytes_of("torn"));
  support::plant(room.folder / "journal.log", room.text("journal.log") + "torn");
  support::plant(room.folder / ("journal.log.torn-" + torn_sha256),
                 "to");  // the power failed again
  for (int again = 0; again < 2; ++again) {
    const auto journal = Journal::open(room.options(Mode::kRehearsal));
    REQUIRE(journal);
    REQUIRE(journal->entries().size() == 2);
    CHECK(journal->entries().back().data == Json{{"size_bytes", 4}, {"sha256", torn_sha256}});
  }
}

TEST_CASE("journal: the chain of an encrypted one is checked without a key") {
  const Room room;
  {
    auto journal = Journal::create(room.options(Mode::kProduction));
    write_some(*journal);
  }
  const std::string text = room.text("journal.log");
  CHECK(ceremony::check_stored_journal(text));
  const std::size_t first = text.find('\n') + 1;
  const std::size_t second = text.find('\n', first) + 1;
  CHECK_FALSE(ceremony::check_stored_journal(text.substr(0, first) + text.substr(second)));
  CHECK_FALSE(ceremony::check_stored_journal(text.substr(0, text.size() - 1)));
}

TEST_CASE("journal box: a line moved, changed or opened with another key gives nothing") {
  const base::SecretBytes key = base::SecretBytes::random(32);
  const std::string box = ceremony::encrypt_line(key, {"start", "text"});
  CHECK(ceremony::decrypt_line(key, {"start", box}).value() == "text");
  CHECK(ceremony::decrypt_line(key, {"other", box}).error().code == ErrorCode::kInconsistent);
  CHECK_FALSE(ceremony::decrypt_line(base::SecretBytes::random(32), {"start", box}));
  for (std::size_t at = 0; at < box.size(); ++at) {
    std::string changed = box;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    CHECK_FALSE(ceremony::decrypt_line(key, {"start", changed}));
    CHECK_FALSE(ceremony::decrypt_line(key, {"start", box.substr(0, at)}));
  }
  CHECK(ceremony::encrypt_line(key, {"start", "text"}) != box);
}

TEST_CASE("resume ticket: read as people type it, and refused when it is not the key") {
  const base::SecretBytes key = base::SecretBytes::random(32);
  const auto typed = [](std::string_view text) {
    return base::SecretBytes::copy_of(base::bytes_of(text));
  };
  const base::SecretBytes ticket = ceremony::ticket_text(key);
  CHECK(ticket.size() == 64 + 15);
  std::string text(base::text_of(ticket.read().bytes()));
  for (char& character : text) {
    character = character == ' ' ? '-' : static_cast<char>(std::toupper(character));
  }
  CHECK(ceremony::key_of_ticket(typed(" " + text + "\n")).value().equals(key));
  CHECK_FALSE(ceremony::key_of_ticket(typed(text.substr(1))));
  CHECK_FALSE(ceremony::key_of_ticket(typed(text + "0")));
  CHECK_FALSE(ceremony::key_of_ticket(typed("g" + text.substr(1))));
  CHECK_FALSE(ceremony::key_of_ticket(typed("")));
}

TEST_CASE("keeper: what is no key opens and seals nothing") {
  const base::SecretBytes key = base::SecretBytes::random(32);
  CHECK(ceremony::seal_journal_key(key, {}).error().code == ErrorCode::kInvalidArgument);
  const base::SecretBytes keeper = base::SecretBytes::random(32);
  CHECK(ceremony::open_journal_key(keeper, "AAAA").error().code == ErrorCode::kMalformed);
  const auto sealed =
      ceremony::seal_journal_key(key, ceremony::keeper_public_key(keeper).value()).value();
  CHECK(ceremony::open_journal_key(keeper, sealed).value().equals(key));
  CHECK(ceremony::open_journal_key(key, sealed).error().code == ErrorCode::kRefusedByPolicy);
}
