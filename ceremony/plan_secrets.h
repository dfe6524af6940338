// ceremony/plan_secrets.h - a plan and its annex hold no secret: they are read by many, copied, and
// kept with the record.

#pragma once

#include <string_view>

#include <toml++/toml.h>

#include "ceremony/plan_faults.h"

namespace ceremony {

// A paper's whole text, comments too, and what it is called: "the plan", "the annex".
struct PaperText {
  std::string_view text;
  std::string_view paper;
};

// A fault (kRefusedByPolicy, rule "plan-secret") for each field of the paper that holds what
// secret_forms.h recognises, or one for the whole where it stands elsewhere, as in a comment or
// over several fields. `file` is the same text, parsed.
PlanFaults find_secrets(const PaperText& paper, const toml::table& file);

}  // namespace ceremony
