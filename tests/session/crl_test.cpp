// What a ceremony signs beside its CRL: OCSP responses of the root itself, and reserve CRLs.

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "base/bytes.h"
#include "base/calendar.h"
#include "base/digest.h"
#include "ca/certificate.h"
#include "ca/ocsp_response.h"
#include "ca/pem.h"
#include "ca/revocation_list.h"
#include "ceremony/ledger.h"
#include "session/stage.h"
#include "support/ca_commands.h"
#include "support/texts.h"

namespace {

namespace fs = std::filesystem;
using ceremony::PlannedCrl;
using support::count_of;
using support::has;

std::string told(const base::Result<void>& done) {
  return done ? "" : done.error().message;
}

// What another program reads in a calendar: day, UID, sequence, status and summary of each event.
std::string events_in(const fs::path& calendar) {
  const auto outcome = support::run_command(
      "/usr/bin/python3",  // Debian's, which has Debian's icalendar
      {"-c",
       "import sys, icalendar\n"
       "for e in icalendar.Calendar.from_ical(open(sys.argv[1], 'rb').read()).walk('VEVENT'):\n"
       "    print(e.decoded('dtstart'), e['uid'], e.get('sequence'), e.get('status'), "
       "e['summary'])\n",
       calendar.string()});
  INFO(outcome.output);
  REQUIRE(outcome.exit_code == 0);
  return outcome.output;
}

// The UID of the event on that day: the second word of its line.
std::string uid_on(const std::string& day, const std::string& events) {
  const std::size_t at = events.find(day + " ");
  REQUIRE(at != std::string::npos);
  const std::size_t begin = at + day.size() + 1;
  return events.substr(begin, events.find(' ', begin) - begin);
}

enum class Subordinates { kSigned, kLater };

// A root, as a rule with two subordinates, on a day that can be chosen.
class Registry {
 public:
  explicit Registry(const char* profile,
                    stage::PowerCut cut = {},
                    Subordinates subordinates = Subordinates::kSigned)
      : stage_(
            [&] {
              stage::Setting setting;
              setting.root_profile = profile;
              setting.clock = &clock_;
              setting.cut = std::move(cut);
              return setting;
            }(),
            [this](const ceremony::client::StepView& step, ceremony::client::Input&) {
              if (step.id == "consent-crl") {
                shown_ = step.shown;
              }
            }) {
    REQUIRE(stage_.generate_root() == "");
    if (subordinates == Subordinates::kSigned) {
      REQUIRE(told(stage_.rehearsal().sign_subordinates()) == "");
    }
  }

  ceremony::cli::Rehearsal& rehearsal() { return stage_.rehearsal(); }
  [[nodiscard]] fs::path site(const std::string& name) const { return stage_.out() / name; }
  [[nodiscard]] fs::path out(const std::string& record) const {
    return stage_.out() / "transfer" / "out" / record;
  }
  [[nodiscard]] std::string transcript(const std::string& record) const {
    return stage::transcript_of(stage_, record);
  }
  std::string serial(std::size_t request) { return rehearsal().serial_for(request).value(); }

  // The day so many days after that of the root's birth.
  [[nodiscard]] std::string day(int count) const {
    return base::format_date(
        base::add_days(base::date_of(begin_), std::chrono::days(count)).value());
  }
  void go_to(int count) {
    clock_.set(begin_ + std::chrono::days(count));
    rehearsal().go_to(day(count));
  }

  // A CRL of 180 days from that day on.
  [[nodiscard]] PlannedCrl crl(int from = 0) const {
    return {.this_update = day(from), .next_update = day(from + 180)};
  }
  PlannedCrl revoking(std::size_t request) {
    PlannedCrl planned = crl();
    planned.revocations.push_back(
        {.serial = serial(request), .date = day(0), .reason = "keyCompromise"});
    return planned;
  }

  ca::Certificate root() {
    const auto objects = ca::read_objects(support::read_file(site("site-1") / "root.pem"));
    return ca::Certificate::parse(objects.value().front().der).value();
  }
  [[nodiscard]] ceremony::LedgerState ledger() const {
    return ceremony::read_ledger(site("site-1") / "ledger").value();
  }
  // The expiry sheet of a record: its page or its calendar.
  [[nodiscard]] fs::path sheet(const std::string& record, const char* ending) const {
    return out(record) / (record.substr(0, 4) + "-expiry" + ending);
  }
  [[nodiscard]] std::string page(const std::string& record) const {
    return std::string(base::text_of(support::read_file(sheet(record, ".html"))));
  }
  // Whether the room saw a line with these words before it agreed to the CRL.
  [[nodiscard]] bool saw(const std::string& words) const {
    return std::ranges::any_of(
        shown_, [&](const std::string& line) { return line.find(words) != line.npos; });
  }

 private:
  base::UtcTime begin_ = base::SystemClock().now();
  base::FixedClock clock_{begin_};
  std::vector<std::string> shown_;
  stage::Stage stage_;
};

ca::RevocationList list_in(const fs::path& file) {
  return ca::RevocationList::parse(support::read_file(file)).value();
}

PlannedCrl with_row(PlannedCrl planned) {
  planned.reserve = 3;
  planned.reserve_overlap_days = 30;
  return planned;
}

support::CommandOutcome asked_of_openssl(const Registry& registry,
                                         const fs::path& response,
                                         const fs::path& certificate) {
  const std::string root = (registry.site("site-1") / "root.pem").string();
  return support::run_command("openssl",
                              {"ocsp",
                               "-respin",
                               response.string(),
                               "-issuer",
                               root,
                               "-cert",
                               certificate.string(),
                               "-CAfile",
                               root,
                               "-no_nonce"});
}

}  // namespace

TEST_CASE("ocsp in a ceremony: the root answers for each subordinate what its CRL says") {
  Registry registry("root-ocsp");
  PlannedCrl planned = registry.revoking(0);
  planned.ocsp = true;
  REQUIRE(told(registry.rehearsal().issue_crl(planned)) == "");
  CHECK(registry.saw("OCSP response: revoked, " + registry.serial(0)));
  CHECK(registry.saw("OCSP response: good, " + registry.serial(1)));

  const ca::Certificate root = registry.root();
  const ca::RevocationList list = list_in(registry.out("0003-crl") / "2.crl");
  for (const std::size_t request : {0U, 1U}) {
    const std::string serial = registry.serial(request);
    CAPTURE(serial);
    const fs::path file = registry.out("0003-crl") / (serial + ".ocsp");
    const base::Bytes bytes = support::read_file(file);
    for (const char* const site : {"site-1", "site-2"}) {
      CHECK(support::read_file(registry.site(site) / "ocsp" / ("2-" + serial + ".ocsp")) == bytes);
    }
    const auto response = ca::OcspResponse::parse(bytes).value();
    CHECK(response.believed_under(root).ok());
    CHECK(response.answers()[0].this_update.instant == list.this_update().instant);
    CHECK(response.answers()[0].next_update->instant == list.next_update()->instant);
    const auto judged =
        asked_of_openssl(registry, file, registry.site("site-1") / "ca" / (serial + ".pem"));
    INFO(judged.output);
    CHECK(judged.exit_code == 0);
    CHECK(has(judged.output, "Response verify OK"));
    CHECK(has(judged.output, request == 0 ? ": revoked" : ": good"));
    CHECK(count_of(judged.output, "keyCompromise") == (request == 0 ? 1U : 0U));
    CHECK(has(registry.transcript("0003-crl"), "\"response\":\"" + base::sha256_hex(bytes) + "\""));
  }
  CHECK(count_of(registry.transcript("0003-crl"), "\"ocsp.issue\"") == 2);
  const ceremony::LedgerState ledger = registry.ledger();
  CHECK(ledger.answers.at(registry.serial(0)).reason == "keyCompromise");
  CHECK(ledger.answers.at(registry.serial(1)).status == "good");
  const std::string calendar(
      base::text_of(support::read_file(registry.out("0003-crl") / "0003-expiry.ics")));
  CHECK(has(calendar, "OCSP response ends: publish the next one before"));
}

TEST_CASE("ocsp in a ceremony: an answer that becomes untrue is told, and is on the sheet") {
  Registry registry("root-ocsp");
  PlannedCrl planned = registry.crl();
  planned.ocsp = true;
  REQUIRE(told(registry.rehearsal().issue_crl(planned)) == "");
  REQUIRE(told(registry.rehearsal().issue_crl(registry.revoking(1))) == "");
  CHECK(registry.saw("an OCSP response says \"good\" of " + registry.serial(1) + " until"));
  CHECK_FALSE(registry.saw(registry.serial(0)));
  const std::string page(
      base::text_of(support::read_file(registry.out("0004-crl") / "0004-expiry.html")));
  CHECK(count_of(page, "which is true no longer: publish it no more") == 1);
}

TEST_CASE("ocsp in a ceremony: a root that may not answer, or has nothing to, signs nothing") {
  Registry registry("root");
  PlannedCrl planned = registry.crl();
  planned.ocsp = true;
  CHECK(has(told(registry.rehearsal().issue_crl(planned)),
            "which does not let it sign any; take the line out"));
  CHECK_FALSE(fs::exists(registry.out("0003-crl")));
  CHECK_FALSE(fs::exists(registry.site("site-1") / "crl" / "2.crl"));

  stage::Setting setting;
  setting.root_profile = "root-ocsp";
  stage::Stage alone(setting, {});
  REQUIRE(alone.generate_root() == "");
  PlannedCrl early = alone.rehearsal().new_crl();
  early.ocsp = true;
  CHECK(has(told(alone.rehearsal().issue_crl(early)),
            "has issued no CA certificate that is still valid"));
}

TEST_CASE("ocsp in a ceremony: a certificate that no record knows has no answer") {
  Registry registry("root-ocsp");
  Registry stranger("root-ocsp");
  const std::string name = stranger.serial(0) + ".pem";
  fs::copy_file(stranger.site("site-1") / "ca" / name, registry.site("site-1") / "ca" / name);
  PlannedCrl planned = registry.crl();
  planned.ocsp = true;
  REQUIRE(told(registry.rehearsal().issue_crl(planned)) == "");
  CHECK(registry.saw("OCSP response: good, " + registry.serial(0)));
  CHECK_FALSE(registry.saw(stranger.serial(0)));
  CHECK(count_of(registry.transcript("0003-crl"), "\"ocsp.issue\"") == 2);
  CHECK_FALSE(fs::exists(registry.out("0003-crl") / (stranger.serial(0) + ".ocsp")));
}

TEST_CASE("ocsp in a ceremony: a power cut before the writing loses and doubles nothing") {
  Registry registry("root-ocsp", {.before = "deliver", .ceremony = "crl"});
  PlannedCrl planned = registry.revoking(0);
  planned.ocsp = true;
  planned = with_row(planned);
  REQUIRE(told(registry.rehearsal().issue_crl(planned)) == "");
  CHECK(fs::exists(registry.out("0003-crl") / (registry.serial(0) + ".ocsp")));
  CHECK(fs::exists(registry.site("site-2") / "reserve" / "5.crl"));
  CHECK(count_of(registry.transcript("0003-crl"), "\"ocsp.issue\"") == 2);
  CHECK(count_of(registry.transcript("0003-crl"), "\"crl.issue\"") == 4);
}

TEST_CASE("reserve CRLs: a row is signed, lies in the vaults, and is told openly") {
  Registry registry("root");
  REQUIRE(told(registry.rehearsal().issue_crl(with_row(registry.revoking(0)))) == "");
  CHECK(registry.saw("Reserve CRL number 3: the same list, to be published from " +
                     registry.day(150)));
  const ca::RevocationList first = list_in(registry.site("site-1") / "crl" / "2.crl");
  const base::Bytes key = registry.root().public_key_info();
  for (const int place : {1, 2, 3}) {
    const std::string name = std::to_string(2 + place) + ".crl";
    CAPTURE(name);
    const ca::RevocationList list = list_in(registry.site("site-1") / "reserve" / name);
    CHECK(support::read_file(registry.site("site-2") / "reserve" / name) == list.der());
    CHECK(list.number() == std::uint64_t(2 + place));
    CHECK(list.verify_with(key).ok());
    CHECK(ca::text_of(list.this_update().instant).substr(0, 10) == registry.day(150 * place));
    CHECK(ca::text_of(list.next_update()->instant).substr(0, 10) ==
          registry.day(150 * place + 180));
    CHECK(std::ranges::equal(list.entries().bytes(), first.entries().bytes()));
    CHECK_FALSE(fs::exists(registry.out("0003-crl") / name));
    CHECK_FALSE(fs::exists(registry.site("site-1") / "crl" / name));
    const auto judged = support::run_command("openssl",
                                             {"crl",
                                              "-inform",
                                              "DER",
                                              "-in",
                                              (registry.site("site-1") / "reserve" / name).string(),
                                              "-CAfile",
                                              (registry.site("site-1") / "root.pem").string(),
                                              "-noout"});
    CHECK(has(judged.output, "verify OK"));
  }
  CHECK(count_of(registry.transcript("0003-crl"), "\"reserve\":true") == 3);
  CHECK(registry.ledger().reserve_crls.size() == 3);
  const std::string calendar(
      base::text_of(support::read_file(registry.out("0003-crl") / "0003-expiry.ics")));
  CHECK(count_of(calendar, "Publish the reserve CRL") >= 3);
  const std::string page(
      base::text_of(support::read_file(registry.out("0003-crl") / "0003-expiry.html")));
  CHECK(has(page, "Publish each on its day and not before"));
  CHECK_FALSE(has(page, "is void"));
}

TEST_CASE("reserve CRLs: the next CRL has a number above all, and makes those before it void") {
  Registry registry("root");
  REQUIRE(told(registry.rehearsal().issue_crl(with_row(registry.crl()))) == "");
  REQUIRE(told(registry.rehearsal().issue_crl(registry.revoking(0))) == "");
  CHECK(registry.saw("reserve CRL number 3 (to be published from " + registry.day(150) +
                     " on) is void with this CRL; destroy it"));
  CHECK(list_in(registry.out("0004-crl") / "6.crl").number() == std::uint64_t{6});
  const std::string page(
      base::text_of(support::read_file(registry.out("0004-crl") / "0004-expiry.html")));
  for (const char* const number : {"3", "4", "5"}) {
    CHECK(has(page,
              "Reserve CRL number " + std::string(number) +
                  " is void. Destroy every copy at every site, and never publish it."));
  }
  const std::string calendar(
      base::text_of(support::read_file(registry.out("0004-crl") / "0004-expiry.ics")));
  CHECK_FALSE(has(calendar, "Publish the reserve CRL"));
  CHECK(registry.ledger().crl_number == 6);
  CHECK(registry.ledger().reserve_crls.empty());
}

TEST_CASE("reserve CRLs: the calendar of the next CRL cancels what the one before it says") {
  Registry registry("root");
  REQUIRE(told(registry.rehearsal().issue_crl(with_row(registry.crl()))) == "");
  REQUIRE(told(registry.rehearsal().issue_crl(registry.revoking(0))) == "");
  const std::string before = events_in(registry.sheet("0003-crl", ".ics"));
  const std::string after = events_in(registry.sheet("0004-crl", ".ics"));
  CHECK(count_of(before, " 3 None REHEARSAL: Publish the reserve CRL (CRL number") == 3);
  CHECK(count_of(after, " 4 CANCELLED REHEARSAL: Void: reserve CRL number ") == 3);
  for (const int place : {1, 2, 3}) {
    CAPTURE(place);
    const std::string day = registry.day(150 * place);
    CHECK(uid_on(day, before) == uid_on(day, after));
  }
}

TEST_CASE("reserve CRLs: one that is published is the CRL that counts, and the last one is told") {
  Registry registry("root", {}, Subordinates::kLater);
  REQUIRE(told(registry.rehearsal().issue_crl(with_row(registry.crl()))) == "");
  const std::string first = registry.page("0002-crl");
  CHECK(has(first, "<td>CRL</td><td>CRL number 2</td>"));
  CHECK(has(first, "The last reserve CRL ends on " + registry.day(630)));

  registry.go_to(200);
  REQUIRE(told(registry.rehearsal().sign_subordinates()) == "");
  const std::string second = registry.page("0003-subordinate-signing");
  CHECK_FALSE(has(second, "There is no CRL that anybody would miss."));
  CHECK(has(second,
            "<td>CRL</td><td>CRL number 3, a reserve CRL to be published from " +
                registry.day(150) + " on</td>"));
  CHECK(has(second, "<td class=\"day\">" + registry.day(330) + "</td>"));
  CHECK(count_of(second, "<td>CRL</td>") == 1);
  CHECK(count_of(second, "<td>Reserve CRL: publish it</td>") == 2);
  CHECK(has(second, "The last reserve CRL ends on " + registry.day(630)));
  CHECK(has(events_in(registry.sheet("0003-subordinate-signing", ".ics")),
            "Last reserve CRL ends: a ceremony must have made a new one before (CRL number 5"));
}

TEST_CASE("reserve CRLs: the last one counts as any CRL does once its day has come") {
  Registry registry("root", {}, Subordinates::kLater);
  REQUIRE(told(registry.rehearsal().issue_crl(with_row(registry.crl()))) == "");
  registry.go_to(460);
  REQUIRE(told(registry.rehearsal().sign_subordinates()) == "");
  const std::string page = registry.page("0003-subordinate-signing");
  CHECK(has(page, "<td>CRL</td><td>CRL number 5, a reserve CRL to be published from "));
  CHECK(has(page, "The next CRL must be published before the one below ends"));
  CHECK_FALSE(has(page, "ast reserve CRL"));
}

TEST_CASE("reserve CRLs: of void ones the sheet tells what was published from what never may be") {
  Registry registry("root");
  REQUIRE(told(registry.rehearsal().issue_crl(with_row(registry.crl()))) == "");
  registry.go_to(340);
  REQUIRE(told(registry.rehearsal().issue_crl(registry.crl(340))) == "");
  const std::string page = registry.page("0004-crl");
  CHECK_FALSE(has(page, "Reserve CRL number 3"));  // has ended
  CHECK(has(page, "Reserve CRL number 4 is void. Its day was " + registry.day(300)));
  CHECK(has(page, "Reserve CRL number 5 is void. Destroy every copy at every site"));
  CHECK(count_of(events_in(registry.sheet("0004-crl", ".ics")), " CANCELLED ") == 2);
}

TEST_CASE("reserve CRLs: a CRL that looks older than one that is out already is refused") {
  Registry registry("root");
  REQUIRE(told(registry.rehearsal().issue_crl(with_row(registry.crl()))) == "");
  registry.go_to(160);
  CHECK(has(told(registry.rehearsal().issue_crl(registry.crl(149))),
            "before the reserve CRL 3, " + registry.day(150) + ", which may be published by now"));
  fs::remove_all(registry.site("record") / "confidential" / "0004-crl");
  fs::remove_all(registry.site("record") / "public" / "0004-crl");
  REQUIRE(told(registry.rehearsal().issue_crl(registry.crl(150))) == "");
  CHECK(list_in(registry.out("0004-crl") / "6.crl").number() == std::uint64_t{6});
}

TEST_CASE("reserve CRLs: an activation goes on above them, from the one that is published") {
  Registry registry("root");
  REQUIRE(told(registry.rehearsal().issue_crl(with_row(registry.revoking(0)))) == "");
  REQUIRE(told(registry.rehearsal().activate_backup()) == "");
  CHECK(registry.ledger().sequence >= 3);
  CHECK(has(registry.transcript("0004-backup-activation"), "\"last_known_crl_number\":5,"));
  CHECK(has(registry.transcript("0004-backup-activation"), "\"number\":105"));
}

TEST_CASE("reserve CRLs: a row that overlaps wholly is refused before anything is opened") {
  Registry registry("root");
  PlannedCrl planned = with_row(registry.crl());
  planned.reserve_overlap_days = 180;
  CHECK(has(told(registry.rehearsal().issue_crl(planned)), "less than the CRL lasts"));
}
