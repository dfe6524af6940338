// ceremony/plan_writer.h - writes a plan and its annex, as read_plan() and read_annex() read them.

#pragma once

#include <string>

#include "base/result.h"
#include "ceremony/plan.h"

namespace ceremony {

// The text of a plan file; its `sha256` is not written, being that of the text itself.
std::string write_plan(const Plan& plan);

// The text of an annex, with a fresh 256-bit salt.
std::string write_annex(const Annex& annex);

}  // namespace ceremony
