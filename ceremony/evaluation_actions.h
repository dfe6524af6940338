// ceremony/evaluation_actions.h - the act of the evaluation ceremony; its row is in
// life_actions.cpp.
//
// In PRODUCTION the first turn takes a record keeper's key, where journals of the share set lie in
// the room: they say which shares were found lost. Then the owners read what each choice would tell
// a reader, and choose.

#pragma once

#include "base/result.h"
#include "ceremony/action.h"

namespace ceremony {

base::Result<Asking> ask_evaluation(const Workplace& work);

// Errors: as ask_evaluation(); kRefusedByPolicy where the choice would tell too much.
base::Result<Turn> evaluate(Workplace& work, client::Input& input);

}  // namespace ceremony
