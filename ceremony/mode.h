// ceremony/mode.h - what a ceremony is for: the real thing, a rehearsal, or a drill.
//
// The mode stands in the plan, on the screen, in every artefact and in the first public entry, so
// that output of a drill cannot pass for production output. DESIGN.md section 5.

#pragma once

#include <string_view>

#include "base/result.h"

namespace ceremony {

enum class Mode {
  kProduction,  // real keys; the journal is encrypted on the medium
  kRehearsal,   // throw-away keys; everything is marked
  kDrill,       // a root and a share set of its own, rejected by machines
};

// "PRODUCTION", "REHEARSAL", "DRILL".
std::string_view name_of(Mode mode);

// The mode of that name, exactly as name_of() writes it. Errors: kInvalidArgument.
base::Result<Mode> mode_named(std::string_view name);

}  // namespace ceremony
