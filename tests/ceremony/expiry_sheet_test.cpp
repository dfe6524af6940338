#include "ceremony/expiry_sheet.h"

#include <algorithm>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "support/texts.h"

namespace {

using namespace ceremony;
using support::count_of;
using support::has;

ExpirySheet sample_sheet() {
  return {
      .record = "0002-subordinate-signing",
      .origin = "pki.example/root-g1",
      .day = "2026-11-28",
      .mode = Mode::kRehearsal,
      .lines =
          {{.day = "2026-11-29", .kind = ExpiryKind::kCrl, .name = "CRL number 7", .serial = {}},
           {.day = "2027-11-28", .name = "C=DE, O=Example; <b>, CN=One", .serial = "01ab"},
           {.day = "2027-11-28", .name = "CN=Two", .serial = "01cd"},
           {.day = "2046-11-27", .kind = ExpiryKind::kRoot, .name = "CN=Root", .serial = "01"}},
      .without_end = 3};
}

// No line of the text is longer than 75 octets, and none ends in anything but CR LF.
bool is_folded(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = text.find("\r\n");
    if (end > 75 ||  // or there is none
        text.substr(0, end).find_first_of("\r\n") != std::string_view::npos) {
      return false;
    }
    text.remove_prefix(end + 2);
  }
  return true;
}

}  // namespace

TEST_CASE("expiry sheet: the page says each day, what ends, and what is to be done") {
  ExpirySheet sheet = sample_sheet();
  const std::string page = expiry_html(sheet);
  CHECK(has(page,
            "<td class=\"day\">2026-11-29</td><td class=\"day\">in 1 day</td><td>CRL</td><td>CRL "
            "number 7</td>"));
  CHECK(has(page, "in 365 days"));
  CHECK(has(page, "C=DE, O=Example; &lt;b&gt;, CN=One<br><code>01ab</code>"));
  CHECK(has(page, "3 certificates"));
  CHECK(has(page, "REHEARSAL</span>"));
  CHECK(has(page, "no ceremony is planned for it yet"));
  CHECK(has(page, "it is not the record"));
  sheet.lines.push_back({.day = "2027-01-01",
                         .kind = ExpiryKind::kNextCeremony,
                         .name = "The next CRL is made",
                         .serial = {}});
  CHECK(has(expiry_html(sheet), "its ceremony is planned"));
  sheet.lines.clear();
  CHECK(has(expiry_html(sheet), "There is no CRL that anybody would miss."));
}

TEST_CASE("expiry sheet: the calendar has one event for each day and kind, each with its alarms") {
  const std::string calendar = expiry_calendar(sample_sheet());
  CHECK(calendar == expiry_calendar(sample_sheet()));
  CHECK(is_folded(calendar));
  CHECK(count_of(calendar, "BEGIN:VEVENT\r\n") == 3);
  CHECK(count_of(calendar, "BEGIN:VALARM\r\n") == 9);
  CHECK(has(calendar, "DTSTART;VALUE=DATE:20271128\r\n"));
  CHECK(has(calendar, "SUMMARY:REHEARSAL: Certificate ends (2)\r\n"));
  CHECK(has(calendar, "DTSTAMP:20261128T000000Z\r\n"));
}

TEST_CASE("expiry sheet: long texts are folded between characters, and what separates is escaped") {
  ExpirySheet sheet = sample_sheet();
  sheet.mode = Mode::kProduction;
  sheet.lines = {{.day = "2027-01-01", .name = "", .serial = {}}};
  for (int i = 0; i < 200; ++i) {
    sheet.lines[0].name += i % 7 == 0 ? "," : "ü";
  }
  const std::string calendar = expiry_calendar(sheet);
  CHECK(is_folded(calendar));
  std::string unfolded = calendar;
  for (std::size_t at = unfolded.find("\r\n "); at != std::string::npos;
       at = unfolded.find("\r\n ")) {
    unfolded.erase(at, 3);
  }
  CHECK(has(unfolded, "SUMMARY:Certificate ends (\\,üüüüüü\\,üüüüüü"));
  CHECK_FALSE(has(unfolded, "PRODUCTION"));
}

TEST_CASE(
    "expiry sheet: of very many certificates on one day the event names some and counts all") {
  ExpirySheet sheet = sample_sheet();
  sheet.lines.clear();
  for (int i = 0; i < 1000; ++i) {
    sheet.lines.push_back({.day = "2030-01-01", .name = "CN=" + std::to_string(i), .serial = "01"});
  }
  const std::string calendar = expiry_calendar(sheet);
  CHECK(count_of(calendar, "BEGIN:VEVENT") == 1);
  CHECK(has(calendar, "and 990 more"));
  CHECK(calendar.size() < 2000);
}
