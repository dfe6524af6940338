#include "ceremony/plan_secrets.h"

#include <string>
#include <utility>

#include "ceremony/secret_forms.h"
#include "ceremony/toml_table.h"

namespace ceremony {

namespace {

PlanFault secret_fault(const std::string& where, std::string_view what) {
  return {.code = base::ErrorCode::kRefusedByPolicy,
          .rule = "plan-secret",
          .field = "",
          .message = where + " holds " + std::string(what) +
                     "; many people read it, so no secret may stand there; take it out, and "
                     "replace what it opens where it was a real one"};
}

}  // namespace

PlanFaults find_secrets(const PaperText& paper, const toml::table& file) {
  PlanFaults faults;
  for_each_text(file, "", [&](const std::string& field, const toml::value<std::string>& text) {
    if (const std::string_view what = secret_form_in(*text); !what.empty()) {
      PlanFault fault = secret_fault("\"" + field + "\" in " + std::string(paper.paper), what);
      fault.field = field;
      fault.line = text.source().begin.line;
      faults.push_back(std::move(fault));
    }
  });
  const std::string_view what = secret_form_in(paper.text);
  if (faults.empty() && !what.empty()) {
    faults.push_back(secret_fault(std::string(paper.paper), what));
  }
  return faults;
}

}  // namespace ceremony
