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

std::string unfolded(std::string text) {
  for (std::size_t at = text.find("\r\n "); at != std::string::npos; at = text.find("\r\n ")) {
    text.erase(at, 3);
  }
  return text;
}

// The first UID of a calendar.
std::string uid_in(const std::string& calendar) {
  const std::size_t at = calendar.find("UID:");
  return at == std::string::npos ? std::string()
                                 : calendar.substr(at, calendar.find('\r', at) - at);
}

// After a CRL with a row of two: 8 and 9.
ExpirySheet sheet_of_row() {
  ExpirySheet sheet = sample_sheet();
  sheet.sequence = 2;
  sheet.root_key = "a1b2";
  sheet.lines = {{.day = "2027-01-01",
                  .kind = ExpiryKind::kReserveCrl,
                  .name = "CRL number 8",
                  .serial = {},
                  .crl_number = 8},
                 {.day = "2027-04-01",
                  .kind = ExpiryKind::kReserveCrl,
                  .name = "CRL number 9",
                  .serial = {},
                  .crl_number = 9}};
  return sheet;
}

// A later one, by which they are void.
ExpirySheet sheet_without_row() {
  ExpirySheet sheet = sample_sheet();
  sheet.record = "0003-crl";
  sheet.origin = "pki.example/root-g1/0003-crl";
  sheet.sequence = 3;
  sheet.root_key = "a1b2";
  sheet.day = "2027-02-01";
  sheet.lines.clear();
  sheet.void_reserve = {{.number = 8, .this_update = "2027-01-01", .next_update = "2027-05-01"},
                        {.number = 9, .this_update = "2027-04-01", .next_update = "2027-08-01"}};
  return sheet;
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
  CHECK(has(unfolded(calendar), "SUMMARY:Certificate ends (\\,üüüüüü\\,üüüüüü"));
  CHECK_FALSE(has(unfolded(calendar), "PRODUCTION"));
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

TEST_CASE("expiry sheet: each reserve CRL is an event that a later sheet replaces") {
  ExpirySheet sheet = sheet_of_row();
  const std::string calendar = expiry_calendar(sheet);
  CHECK(is_folded(calendar));
  CHECK(count_of(calendar, "SEQUENCE:2\r\n") == 2);
  CHECK(count_of(unfolded(calendar),
                 "Publish it only if the newest expiry sheet still names it.\r\n") == 2);
  sheet.lines[1].day = sheet.lines[0].day;
  CHECK(count_of(expiry_calendar(sheet), "BEGIN:VEVENT") == 2);

  sheet.record = "0003-subordinate-signing";
  sheet.origin = "pki.example/root-g1/0003-subordinate-signing";
  sheet.day = "2026-12-24";
  sheet.sequence = 3;
  CHECK(uid_in(expiry_calendar(sheet)) == uid_in(calendar));
  CHECK(count_of(expiry_calendar(sheet), "SEQUENCE:3\r\n") == 2);
  sheet.root_key = "c3d4";
  CHECK(uid_in(expiry_calendar(sheet)) != uid_in(calendar));
  sheet.root_key = "a1b2";
  sheet.lines.erase(sheet.lines.begin());
  CHECK(uid_in(expiry_calendar(sheet)) != uid_in(calendar));

  CHECK_FALSE(has(expiry_calendar(sample_sheet()), "SEQUENCE"));
  CHECK_FALSE(has(unfolded(expiry_calendar(sample_sheet())), "Publish it only"));
}

TEST_CASE("expiry sheet: the calendar cancels the events of reserve CRLs that are void") {
  const std::string before = expiry_calendar(sheet_of_row());
  const std::string after = expiry_calendar(sheet_without_row());
  CHECK(is_folded(after));
  CHECK(count_of(after, "BEGIN:VEVENT") == 2);
  CHECK(count_of(after, "STATUS:CANCELLED\r\n") == 2);
  CHECK(count_of(after, "SEQUENCE:3\r\n") == 2);
  CHECK(has(after, "SUMMARY:REHEARSAL: Void: reserve CRL number 9\r\n"));
  CHECK(has(after, "DTSTART;VALUE=DATE:20270401\r\n"));
  CHECK_FALSE(has(after, "VALARM"));
  CHECK_FALSE(has(after, "Publish the reserve CRL"));
  CHECK_FALSE(has(before, "STATUS"));
  REQUIRE(uid_in(before) != "");
  CHECK(uid_in(after) == uid_in(before));
  CHECK(uid_in(after.substr(after.find("END:VEVENT"))) ==
        uid_in(before.substr(before.find("END:VEVENT"))));
}

TEST_CASE("expiry sheet: a void reserve CRL that was published is taken down, another destroyed") {
  ExpirySheet sheet = sheet_without_row();
  const std::string page = expiry_html(sheet);
  CHECK(has(page,
            "Reserve CRL number 8 is void. Its day was 2027-01-01, and it was published; take it "
            "down when the new one is up"));
  CHECK(has(page,
            "Reserve CRL number 9 is void. Destroy every copy at every site, and never publish "
            "it."));
  CHECK(count_of(page, "never publish it") == 1);
  sheet.day = "2026-12-31";
  CHECK(count_of(expiry_html(sheet), "never publish it") == 2);
  sheet.day = "2027-04-01";
  CHECK(count_of(expiry_html(sheet), "it was published") == 2);
}

TEST_CASE("expiry sheet: the advice goes by the end of the last reserve CRL") {
  ExpirySheet sheet = sheet_of_row();
  sheet.lines.push_back(
      {.day = "2027-08-01", .kind = ExpiryKind::kLastCrl, .name = "CRL number 9", .serial = {}});
  const std::string page = expiry_html(sheet);
  CHECK(has(page,
            "The last reserve CRL ends on 2027-08-01, and a ceremony must have made a new CRL "
            "before; none is planned for it yet"));
  CHECK(has(page, "<td>Last reserve CRL: a ceremony must have made a new CRL before</td>"));
  CHECK(has(unfolded(expiry_calendar(sheet)),
            "SUMMARY:REHEARSAL: Last reserve CRL ends: a ceremony must have made a new one before "
            "(CRL number 9)\r\n"));
  sheet.lines.push_back({.day = "2027-05-01",
                         .kind = ExpiryKind::kNextCeremony,
                         .name = "The next CRL is made",
                         .serial = {}});
  CHECK(has(expiry_html(sheet), "a ceremony must have made a new CRL before; it is planned."));
}
