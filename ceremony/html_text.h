// ceremony/html_text.h - the few elements that our printed pages are made of.

#pragma once

#include <string>
#include <string_view>

namespace ceremony {

// "<TAG ATTRIBUTES>INNER</TAG>"; `inner` is HTML already (escaped_html() of report.h makes it).
std::string tagged(std::string_view tag, std::string_view attributes, const std::string& inner);

// A cell of a table, of that class where one is given.
std::string table_cell(const std::string& inner, std::string_view css_class = {});

// A row of a table of facts: what it is called, and what it is (or a line to write on).
std::string fact_row(std::string_view name, const std::string& html);

}  // namespace ceremony
