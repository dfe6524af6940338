// ceremony/slip_file.h - the slip that everybody takes home, printed when a ceremony is sealed.

#pragma once

#include <string>

#include "base/result.h"
#include "ceremony/action.h"

namespace ceremony {

// Writes slip.txt among the confidential files of a ceremony whose record is in the ledger of the
// home site, and gives its line; "" where no site is in this room. The same for everybody.
// Errors: as read_ledger() and base::save_new_or_same().
base::Result<std::string> write_slip(const Workplace& work);

}  // namespace ceremony
