// ceremony/report.h - report.html: the record laid out for reading and printing.
//
// Made from the transcripts alone, and always the same from the same ones, so that anybody can
// make it again and compare. It says of itself that it is not the record. Everything from a
// transcript is escaped; characters that are invisible or change the direction of text are shown.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ceremony/transcript.h"

namespace ceremony {

// One ceremony of a record, as the report names it.
struct ReportedCeremony {
  std::string folder;  // "0001-root-generation"
  Transcript transcript;
};

// The whole page: HTML, UTF-8 (in fact ASCII), no script, nothing loaded from elsewhere.
std::string report_html(const std::vector<ReportedCeremony>& ceremonies);

// `text` (UTF-8) as ASCII HTML: markup escaped; control, bidirectional, invisible and other
// characters outside letters and marks of ASCII as a boxed U+XXXX or a character reference.
std::string escaped_html(std::string_view text);

}  // namespace ceremony
