// The expiry sheet and the calendar that leave with what was signed, read by icalendar of Python.

#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "base/bytes.h"
#include "session/stage.h"
#include "support/ca_commands.h"
#include "support/texts.h"

namespace {

namespace fs = std::filesystem;
using support::count_of;
using support::has;

std::string told(const base::Result<void>& done) {
  return done ? "" : done.error().message;
}

// What another program reads in the calendar: day, summary and number of alarms of each event.
std::string events_in(const fs::path& calendar) {
  const auto outcome = support::run_command(
      "/usr/bin/python3",  // Debian's, which has Debian's icalendar
      {"-c",
       "import sys, icalendar\n"
       "for e in icalendar.Calendar.from_ical(open(sys.argv[1], 'rb').read()).walk('VEVENT'):\n"
       "    print(e.decoded('dtstart'), e['summary'], len(e.walk('VALARM')))\n",
       calendar.string()});
  INFO(outcome.output);
  REQUIRE(outcome.exit_code == 0);
  return outcome.output;
}

}  // namespace

TEST_CASE("expiry sheet: root, certificates and CRL are in it, and what was revoked is not") {
  stage::Stage stage;
  REQUIRE(stage.generate_root() == "");
  const fs::path out = stage.out() / "transfer" / "out";
  const std::string first = events_in(out / "0001-root-generation" / "0001-expiry.ics");
  CHECK(has(first, "REHEARSAL: Root certificate ends (C="));
  CHECK(has(first, "REHEARSAL: CRL ends: publish the next one before (CRL number 1) 3"));
  CHECK(count_of(first, "\n") == 2);

  REQUIRE(told(stage.rehearsal().sign_subordinates()) == "");
  const std::string second = events_in(out / "0002-subordinate-signing" / "0002-expiry.ics");
  CHECK(count_of(second, "\n") == 3);
  CHECK(has(second, "REHEARSAL: Certificate ends (2) 3"));

  REQUIRE(told(stage.rehearsal().revoke_one()) == "");
  const std::string third = events_in(out / "0003-crl" / "0003-expiry.ics");
  CHECK(has(third, "(CRL number 2) 3"));
  CHECK_FALSE(has(third, "Certificate ends (2)"));
  const std::string page(base::text_of(support::read_file(out / "0003-crl" / "0003-expiry.html")));
  CHECK(count_of(page, "<td>Certificate</td>") == 1);
  CHECK(count_of(page, "<td>Root certificate</td>") == 1);
}
