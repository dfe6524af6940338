#include "ceremony/mode.h"

namespace ceremony {

std::string_view name_of(Mode mode) {
  switch (mode) {
    case Mode::kProduction:
      return "PRODUCTION";
    case Mode::kRehearsal:
      return "REHEARSAL";
    case Mode::kDrill:
      return "DRILL";
  }
  return "?";
}

base::Result<Mode> mode_named(std::string_view name) {
  for (const Mode mode : {Mode::kProduction, Mode::kRehearsal, Mode::kDrill}) {
    if (name == name_of(mode)) {
      return mode;
    }
  }
  return base::Error{base::ErrorCode::kInvalidArgument,
                     "the mode must be PRODUCTION, REHEARSAL or DRILL, in capital letters"};
}

}  // namespace ceremony
