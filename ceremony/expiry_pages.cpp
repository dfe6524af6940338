// The page and the calendar of an expiry sheet.

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "base/calendar.h"
#include "base/digest.h"
#include "ceremony/expiry_sheet.h"
#include "ceremony/mode.h"
#include "ceremony/page_parts.h"
#include "ceremony/report.h"
#include "ceremony/script_page_style.h"

namespace ceremony {

namespace {

constexpr std::size_t kNamesInEvent = 10;
constexpr std::array kAlarmDays{180, 60, 14};
constexpr std::size_t kLongestLine = 75;  // octets, RFC 5545 section 3.1

struct KindWords {
  std::string_view on_page;
  std::string_view in_calendar;
};

// By ExpiryKind.
constexpr std::array kKindWords{
    KindWords{"Root certificate", "Root certificate ends"},
    KindWords{"Certificate", "Certificate ends"},
    KindWords{"CRL", "CRL ends: publish the next one before"},
    KindWords{"Ceremony", "Ceremony: the next CRL is made"},
    KindWords{"Reserve CRL: publish it", "Publish the reserve CRL"},
    KindWords{"OCSP response", "OCSP response ends: publish the next one before"},
    KindWords{"Last reserve CRL: a ceremony must have made a new CRL before",
              "Last reserve CRL ends: a ceremony must have made a new one before"},
};

const KindWords& words_of(ExpiryKind kind) {
  return kKindWords.at(static_cast<std::size_t>(kind));
}

// "in 365 days", counted from the ceremony.
std::string distance_of(const std::string& from, const std::string& to) {
  const auto first = base::parse_date(from);
  const auto last = base::parse_date(to);
  if (!first || !last) {
    return {};
  }
  const auto days = base::days_in({.from = *first, .to = *last}).count();
  return days == 1 ? "in 1 day" : "in " + std::to_string(days) + " days";
}

std::string sheet_row(const ExpirySheet& sheet, const Expiry& line) {
  std::string what = escaped_html(line.name);
  if (!line.serial.empty()) {
    what += "<br>" + tagged("code", "", escaped_html(line.serial));
  }
  return tagged("tr",
                "",
                table_cell(escaped_html(line.day), "day") +
                    table_cell(escaped_html(distance_of(sheet.day, line.day)), "day") +
                    table_cell(escaped_html(words_of(line.kind).on_page)) + table_cell(what));
}

// What to do about it, in one sentence.
std::string advice_of(const ExpirySheet& sheet) {
  const auto has = [&](ExpiryKind kind) {
    return std::ranges::find(sheet.lines, kind, &Expiry::kind) != sheet.lines.end();
  };
  const auto last = std::ranges::find(sheet.lines, ExpiryKind::kLastCrl, &Expiry::kind);
  if (last != sheet.lines.end()) {
    return "The last reserve CRL ends on " + last->day +
           ", and a ceremony must have made a new CRL before; " +
           (has(ExpiryKind::kNextCeremony)
                ? "it is planned."
                : "none is planned for it yet: choose a day at least 60 days before.");
  }
  if (!has(ExpiryKind::kCrl)) {
    return "There is no CRL that anybody would miss.";
  }
  return has(ExpiryKind::kNextCeremony)
             ? "The next CRL must be published before the one below ends; its ceremony is planned."
             : "The next CRL must be published before the one below ends, and no ceremony is "
               "planned "
               "for it yet: choose a day at least 60 days before.";
}

std::string void_words(const ExpirySheet& sheet, const ReserveCrl& one) {
  const std::string crl = "Reserve CRL number " + std::to_string(one.number) + " is void";
  return one.this_update <= sheet.day
             ? crl + ". Its day was " + one.this_update +
                   ", and it was published; take it down when the new one is up, and publish it "
                   "no more."
             : crl + ". Destroy every copy at every site, and never publish it.";
}

// How reserve CRLs are dealt with, where there are some, and which ones must go.
std::string reserve_part(const ExpirySheet& sheet) {
  std::string text;
  if (std::ranges::find(sheet.lines, ExpiryKind::kReserveCrl, &Expiry::kind) != sheet.lines.end()) {
    text +=
        tagged("p",
               "",
               "Reserve CRLs lie in the vault of each site, in the folder reserve. Publish each "
               "on its day and not before. As soon as anything is to be revoked, publish none "
               "of them any more, and hold a ceremony that makes a CRL.");
  }
  for (const ReserveCrl& one : sheet.void_reserve) {
    text += tagged("p", "class=\"void\"", void_words(sheet, one));
  }
  return text;
}

std::string sheet_facts(const ExpirySheet& sheet) {
  std::string rows = fact_row("Ceremony", escaped_html(sheet.record + ", " + sheet.day)) +
                     fact_row("Of", escaped_html(sheet.origin));
  if (sheet.without_end != 0) {
    rows += fact_row("Without an end",
                     escaped_html(std::to_string(sheet.without_end) +
                                  (sheet.without_end == 1 ? " certificate" : " certificates")));
  }
  return tagged("table", "class=\"facts\"", tagged("tbody", "", rows));
}

// A text value: RFC 5545 section 3.3.11.
std::string calendar_text(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\' || c == ';' || c == ',') {
      escaped += '\\';
    }
    if (c == '\n') {
      escaped += "\\n";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

bool is_inside_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

// A content line, folded between characters: RFC 5545 section 3.1.
std::string calendar_line(const std::string& line) {
  std::string folded;
  std::size_t width = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    std::size_t size = 1;
    while (i + size < line.size() && is_inside_character(line[i + size])) {
      ++size;
    }
    if (width + size > kLongestLine) {
      folded += "\r\n ";
      width = 1;
    }
    folded.append(line, i, size);
    width += size;
    i += size - 1;
  }
  return folded + "\r\n";
}

// What falls on one day and is of one kind is one event; each reserve CRL is one by its number.
using EventKey = std::tuple<std::string, ExpiryKind, std::uint64_t>;
using Events = std::map<EventKey, std::vector<const Expiry*>>;

Events events_of(const ExpirySheet& sheet) {
  Events events;
  for (const Expiry& line : sheet.lines) {
    events[{line.day, line.kind, line.crl_number}].push_back(&line);
  }
  return events;
}

std::string compact(std::string day) {
  std::erase(day, '-');
  return day;
}

std::string description_of(const ExpirySheet& sheet, const std::vector<const Expiry*>& lines) {
  std::string text = sheet.origin + ", by the ceremony " + sheet.record;
  for (std::size_t i = 0; i < std::min(lines.size(), kNamesInEvent); ++i) {
    text += '\n';
    text += lines[i]->name;
    text += lines[i]->serial.empty() ? "" : " (" + lines[i]->serial + ")";
  }
  if (lines.size() > kNamesInEvent) {
    text += "\nand " + std::to_string(lines.size() - kNamesInEvent) + " more";
  }
  if (lines[0]->kind == ExpiryKind::kReserveCrl) {
    text += "\nPublish it only if the newest expiry sheet still names it.";
  }
  return text;
}

std::string alarms_of(const std::string& summary) {
  std::string text;
  for (const int days : kAlarmDays) {
    text += calendar_line("BEGIN:VALARM") + calendar_line("ACTION:DISPLAY") +
            calendar_line("DESCRIPTION:" + summary) +
            calendar_line("TRIGGER:-P" + std::to_string(days) + "D") + calendar_line("END:VALARM");
  }
  return text;
}

std::string uid_of(const std::string& identity) {
  return calendar_line("UID:" + base::sha256_hex(base::bytes_of(identity)).substr(0, 32) +
                       "@conclave");
}

// UID; and SEQUENCE, where a later sheet may speak of the same event.
std::string event_identity(const ExpirySheet& sheet, const EventKey& key) {
  const auto& [day, kind, number] = key;
  const std::string in_calendar(words_of(kind).in_calendar);
  if (kind == ExpiryKind::kReserveCrl) {
    return uid_of(sheet.root_key + "\n" + in_calendar + "\n" + std::to_string(number)) +
           calendar_line("SEQUENCE:" + std::to_string(sheet.sequence));
  }
  return uid_of(sheet.origin + "\n" + sheet.record + "\n" + day + "\n" + in_calendar);
}

// "REHEARSAL: ", of what is not in earnest.
std::string mark_of(const ExpirySheet& sheet) {
  return sheet.mode == Mode::kProduction ? std::string() : std::string(name_of(sheet.mode)) + ": ";
}

std::string event_begin(const ExpirySheet& sheet, const EventKey& key, const std::string& summary) {
  return calendar_line("BEGIN:VEVENT") + event_identity(sheet, key) +
         calendar_line("DTSTAMP:" + compact(sheet.day) + "T000000Z") +
         calendar_line("DTSTART;VALUE=DATE:" + compact(std::get<std::string>(key))) +
         calendar_line("SUMMARY:" + summary);
}

std::string event_of(const ExpirySheet& sheet, const Events::value_type& event) {
  const auto& [key, lines] = event;
  const std::string many =
      lines.size() > 1 ? " (" + std::to_string(lines.size()) + ")" : " (" + lines[0]->name + ")";
  const std::string summary =
      calendar_text(mark_of(sheet) + std::string(words_of(lines[0]->kind).in_calendar) + many);
  return event_begin(sheet, key, summary) +
         calendar_line("DESCRIPTION:" + calendar_text(description_of(sheet, lines))) +
         calendar_line("TRANSP:TRANSPARENT") + alarms_of(summary) + calendar_line("END:VEVENT");
}

// Takes back what an earlier calendar says of a reserve CRL.
std::string cancelled_event(const ExpirySheet& sheet, const ReserveCrl& one) {
  const std::string number = std::to_string(one.number);
  return event_begin(sheet,
                     {one.this_update, ExpiryKind::kReserveCrl, one.number},
                     mark_of(sheet) + "Void: reserve CRL number " + number) +
         calendar_line("STATUS:CANCELLED") +
         calendar_line("DESCRIPTION:" +
                       calendar_text(sheet.origin + ", by the ceremony " + sheet.record + "\n" +
                                     void_words(sheet, one))) +
         calendar_line("TRANSP:TRANSPARENT") + calendar_line("END:VEVENT");
}

}  // namespace

std::string expiry_html(const ExpirySheet& sheet) {
  std::string rows;
  for (const Expiry& line : sheet.lines) {
    rows += sheet_row(sheet, line);
  }
  const std::string mode(name_of(sheet.mode));
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n" +
         tagged("title", "", "What expires when: " + escaped_html(sheet.origin)) + "\n<style>" +
         std::string(kScriptPageStyle) + "</style>\n</head>\n<body>\n" +
         tagged("header",
                "",
                tagged("p", "class=\"kind\"", "Expiry sheet") +
                    tagged("h1", "", "What expires when") +
                    tagged("p",
                           "class=\"not-record\"",
                           tagged("span", "class=\"mode " + mode + "\"", mode) +
                               " Made from the record of the ceremony; it is not the record.")) +
         "\n" + sheet_facts(sheet) + "\n" + tagged("h2", "", "What to do") +
         tagged("p", "", advice_of(sheet)) + reserve_part(sheet) + tagged("h2", "", "What ends") +
         "\n" +
         tagged("table",
                "",
                "<thead><tr><th>Day</th><th>After the ceremony</th><th>What</th><th>Which</th></tr>"
                "</thead>" +
                    tagged("tbody", "", rows)) +
         "\n</body>\n</html>\n";
}

std::string expiry_calendar(const ExpirySheet& sheet) {
  std::string calendar = calendar_line("BEGIN:VCALENDAR") + calendar_line("VERSION:2.0") +
                         calendar_line("PRODID:-//Conclave//Expiry sheet 1//EN");
  for (const Events::value_type& event : events_of(sheet)) {
    calendar += event_of(sheet, event);
  }
  for (const ReserveCrl& one : sheet.void_reserve) {
    calendar += cancelled_event(sheet, one);
  }
  return calendar + calendar_line("END:VCALENDAR");
}

}  // namespace ceremony
