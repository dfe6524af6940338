#include "ceremony/slip_file.h"

#include <utility>

#include "base/media.h"
#include "ceremony/ledger.h"
#include "ceremony/ledger_slip.h"

namespace ceremony {

using base::Result;

Result<std::string> write_slip(const Workplace& work) {
  if (work.room.sites.empty()) {
    return std::string();
  }
  auto state = read_ledger(work.room.sites.front() / "ledger");
  auto slip = state ? slip_of(*state) : Result<Slip>(state.error());
  if (!slip) {
    return std::move(slip).error();
  }
  std::string line = slip_line(*slip);
  const std::string text = "Slip of the ceremony " + record_name(work.plan) + "\n\n    " + line +
                           "\n\nKeep it, and bring it to the next ceremony: it shows whether that "
                           "copy of the CA record\n"
                           "knows of this one. One for each key executive and each officer.\n";
  auto saved =
      base::save_new_or_same(work.confidential_folder() / "slip.txt", base::bytes_of(text));
  if (!saved) {
    return std::move(saved).error();
  }
  return line;
}

}  // namespace ceremony
