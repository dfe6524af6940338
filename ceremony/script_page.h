// ceremony/script_page.h - a script as a page for paper: what auditors read beforehand and initial.
//
// A4, nothing loaded from elsewhere, everything escaped. It follows the rule of the shared screen:
// no count of shares, no k or n, no holder, for it is made from script and plan alone, never from
// the annex. It says of itself that it is not the record.

#pragma once

#include <string>

#include "ceremony/plan.h"
#include "ceremony/script.h"

namespace ceremony {

// The whole page, HTML in ASCII. `plan` may be nullptr: then there are lines to write on.
std::string script_page(const Script& script, const Plan* plan);

}  // namespace ceremony
