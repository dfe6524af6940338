#include "ceremony/page_parts.h"

#include "base/digest.h"
#include "base/digest_words.h"
#include "ceremony/report.h"

namespace ceremony {

std::string tagged(const char* tag, std::string_view attributes, const std::string& inner) {
  const std::string name(tag);
  const std::string space = attributes.empty() ? "" : " ";
  return "<" + name + space + std::string(attributes) + ">" + inner + "</" + name + ">";
}

std::string table_cell(const std::string& inner, std::string_view css_class) {
  const std::string attribute =
      css_class.empty() ? std::string() : "class=\"" + std::string(css_class) + "\"";
  return tagged("td", attribute, inner);
}

std::string fact_row(std::string_view name, const std::string& html) {
  return tagged("tr",
                "",
                tagged("th", "scope=\"row\"", escaped_html(name)) +
                    table_cell(html.empty() ? std::string("<span class=\"line\"></span>") : html));
}

std::string digest_html(const std::string& hex) {
  const auto digest = base::parse_digest_hex(hex);
  if (!digest) {
    return {};
  }
  return tagged("code", "", escaped_html(hex)) +
         tagged("div", "class=\"words\"", escaped_html(base::digest_words(*digest)));
}

}  // namespace ceremony
