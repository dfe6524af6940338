// ceremony/page_parts.h - what pages for paper are put together from. All of it is HTML in ASCII.

#pragma once

#include <string>
#include <string_view>

namespace ceremony {

// An element. `inner` is HTML; `attributes` as they stand in the tag ("class=\"x\""), or nothing.
std::string tagged(const char* tag, std::string_view attributes, const std::string& inner);

std::string table_cell(const std::string& inner, std::string_view css_class = {});

// A row of a table of facts: what it is called (text), and what it is (HTML); empty: a line to
// write on.
std::string fact_row(std::string_view name, const std::string& html);

// A digest in 64 hex digits as digits, and as the 32 words that are read aloud.
std::string digest_html(const std::string& hex);

}  // namespace ceremony
