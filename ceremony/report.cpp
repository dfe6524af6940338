#include "ceremony/report.h"

#include <array>
#include <cstdint>

#include "ceremony/head.h"

namespace ceremony {

namespace {

constexpr std::string_view kStyle = R"(
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, "Helvetica Neue", Arial, sans-serif; color: #1c2430;
  max-width: 62rem; margin: 2.5rem auto; padding: 0 1.5rem; }
h1 { font-size: 1.7rem; font-weight: 650; margin: 0 0 .3rem; }
h2 { font-size: 1.2rem; font-weight: 650; margin: 2.6rem 0 .4rem; padding-top: .9rem;
  border-top: 3px solid #1f4e79; }
.note { background: #fff6dd; border-left: 4px solid #d09a00; padding: .6rem .9rem; margin: 1rem 0; }
.mode { display: inline-block; font-size: .75rem; font-weight: 700; letter-spacing: .06em;
  padding: .1rem .5rem; border-radius: .2rem; color: #fff; background: #8a5a00;
  vertical-align: middle; }
.mode.production { background: #1d6b3a; }
table { border-collapse: collapse; width: 100%; margin: .8rem 0; }
th, td { text-align: left; vertical-align: top; padding: .38rem .6rem;
  border-bottom: 1px solid #d8dee6; }
th { font-size: .78rem; font-weight: 600; color: #556273; }
td.number { width: 2.5rem; color: #556273; }
td.date { width: 6.5rem; white-space: nowrap; }
td.type { width: 10rem; font-weight: 600; }
dl { margin: 0; display: grid; grid-template-columns: max-content 1fr; gap: .1rem .9rem; }
dt { color: #556273; }
dd { margin: 0; overflow-wrap: anywhere; }
code { font: 12.5px/1.45 ui-monospace, "DejaVu Sans Mono", Consolas, monospace;
  overflow-wrap: anywhere; }
.sign { border: 1px solid #b3261e; color: #b3261e; border-radius: .2rem; padding: 0 .2rem;
  font-size: .75em; }
pre { font: 12.5px/1.6 ui-monospace, "DejaVu Sans Mono", Consolas, monospace; margin: .3rem 0; }
@media print { body { margin: 0; max-width: none; font-size: 11px; } tr { break-inside: avoid; }
  h2 { break-after: avoid; } .note, .mode { print-color-adjust: exact; } }
)";

constexpr std::string_view kNotTheRecord =
    "This page is not the record. It was made from the files transcript.log and proves nothing. "
    "The record is those files and their seals; verify.py, which lies beside them, says whether "
    "they hold.";

// One code point of well-formed UTF-8, or U+FFFD and one byte where it is not.
struct CodePoint {
  std::uint32_t value = 0;
  std::size_t size_bytes = 1;
};

CodePoint first_code_point(std::string_view text) {
  constexpr std::uint32_t kReplacement = 0xfffd;
  const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(text[at]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80U) {
    return {lead, 1};
  }
  const std::size_t size = lead >= 0xf0U ? 4 : lead >= 0xe0U ? 3 : 2;
  if (lead < 0xc2U || lead > 0xf4U || text.size() < size) {
    return {kReplacement, 1};
  }
  std::uint32_t value = lead & (0xffU >> (size + 1));
  for (std::size_t at = 1; at < size; ++at) {
    if ((byte(at) & 0xc0U) != 0x80U) {
      return {kReplacement, 1};
    }
    value = (value << 6U) | (byte(at) & 0x3fU);
  }
  return {value, size};
}

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

// Controls, blanks that look like another blank or like nothing, direction marks, joiners and other
// format characters, line separators, variation selectors, tags, private use, and what is no
// character (Unicode 15).
constexpr std::array<Range, 30> kInvisible = {{
    {0x00, 0x1f},       {0x7f, 0xa0},       {0xad, 0xad},       {0x034f, 0x034f},
    {0x0600, 0x0605},   {0x061c, 0x061c},   {0x06dd, 0x06dd},   {0x070f, 0x070f},
    {0x0890, 0x0891},   {0x08e2, 0x08e2},   {0x115f, 0x1160},   {0x1680, 0x1680},
    {0x17b4, 0x17b5},   {0x180b, 0x180f},   {0x2000, 0x200f},   {0x2028, 0x202f},
    {0x205f, 0x206f},   {0x2800, 0x2800},   {0x3000, 0x3000},   {0x3164, 0x3164},
    {0xd800, 0xf8ff},   {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},   {0xffa0, 0xffa0},
    {0xfff0, 0xffff},   {0x110bd, 0x110bd}, {0x110cd, 0x110cd}, {0x13430, 0x1343f},
    {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a},
}};

bool is_invisible(std::uint32_t value) {
  if (value >= 0xe0000U) {
    return true;
  }
  for (const Range& range : kInvisible) {
    if (value >= range.first && value <= range.last) {
      return true;
    }
  }
  return false;
}

std::string hex_of(std::uint32_t value) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  constexpr std::size_t kLeastDigits = 4;
  std::string digits;
  while (value != 0 || digits.size() < kLeastDigits) {
    digits.insert(digits.begin(), kDigits[value & 0xfU]);
    value >>= 4U;
  }
  return digits;
}

std::string escaped_code_point(std::uint32_t value) {
  switch (value) {
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '&':
      return "&amp;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      break;
  }
  if (is_invisible(value)) {
    return "<span class=\"sign\">U+" + hex_of(value) + "</span>";
  }
  return value < 0x80U ? std::string(1, static_cast<char>(value)) : "&#x" + hex_of(value) + ";";
}

std::string element(std::string_view name, const std::string& content) {
  return "<" + std::string(name) + ">" + content + "</" + std::string(name) + ">";
}

std::string value_html(const Json& value);

std::string members_html(const Json& object) {
  std::string list;
  for (const auto& [name, member] : object.items()) {
    const bool digests = name == "_sd";
    list += element("dt", digests ? "hidden facts" : escaped_html(name));
    list +=
        element("dd", digests ? "32 digests (some or all stand for nothing)" : value_html(member));
  }
  return list.empty() ? "" : element("dl", list);
}

std::string value_html(const Json& value) {
  if (value.is_object()) {
    return members_html(value);
  }
  if (value.is_array()) {
    std::string list;
    for (const Json& member : value) {
      list += element("div", value_html(member));
    }
    return list.empty() ? "none" : list;
  }
  if (value.is_string()) {
    const auto text = value.get<std::string>();
    const std::string escaped = escaped_html(text);
    return is_sha256_hex(text) ? element("code", escaped) : escaped;
  }
  return escaped_html(value.dump());
}

std::string entry_row(const TranscriptEntry& entry) {
  return "<tr><td class=\"number\">" + std::to_string(entry.i) + "</td><td class=\"date\">" +
         escaped_html(entry.date) + "</td><td class=\"type\">" + escaped_html(entry.type) +
         "</td><td>" + members_html(entry.data) + "</td></tr>\n";
}

// The words of head.txt, set as they stand there.
std::string words_html(const std::string& head) {
  const auto text = head_text(head);
  return text ? element("pre", text->substr(text->find('\n') + 1)) + "\n" : "";
}

std::string ceremony_html(const ReportedCeremony& ceremony) {
  const std::string mode = ceremony.transcript.opening("mode");
  std::string html = "<h2>" + escaped_html(ceremony.folder) + " <span class=\"mode" +
                     (mode == "PRODUCTION" ? " production" : "") + "\">" + escaped_html(mode) +
                     "</span></h2>\n";
  html +=
      "<table>\n<thead><tr><th>Entry</th><th>Date</th><th>Type</th><th>What it says</th></tr>"
      "</thead>\n<tbody>\n";
  for (const TranscriptEntry& entry : ceremony.transcript.entries()) {
    html += entry_row(entry);
  }
  html +=
      "</tbody>\n</table>\n<p>Head (the hash of the last entry), to be compared with paper:<br>"
      "<code>sha256:" +
      ceremony.transcript.head() + "</code></p>\n";
  return html + words_html(ceremony.transcript.head());
}

}  // namespace

std::string escaped_html(std::string_view text) {
  std::string html;
  while (!text.empty()) {
    const CodePoint next = first_code_point(text);
    html += escaped_code_point(next.value);
    text.remove_prefix(next.size_bytes);
  }
  return html;
}

std::string report_html(const std::vector<ReportedCeremony>& ceremonies) {
  std::string html =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'\">\n<title>Key ceremonies: a report</title>\n<style>" +
      std::string(kStyle) + "</style>\n</head>\n<body>\n<h1>Key ceremonies: a report</h1>\n";
  html += "<p class=\"note\">" + escaped_html(kNotTheRecord) + "</p>\n";
  for (const ReportedCeremony& ceremony : ceremonies) {
    html += ceremony_html(ceremony);
  }
  return html + "</body>\n</html>\n";
}

}  // namespace ceremony
