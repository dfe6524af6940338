// ceremony/outputs.h - what a ceremony leaves at its sites and on the transfer stick.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "ceremony/action.h"

namespace ceremony {

// A file of this ceremony, and where it goes below a site and below transfer/out.
struct Output {
  std::filesystem::path at_site;  // "ca/01ab.pem"; empty: not kept at the sites
  std::string in_transfer;
  base::Bytes bytes;
};

// A vault's header comes last, so that half a vault is none; what is delivered has no order.
enum class Order { kAsGiven, kTogether };

// Writes to every site in the room, then to the transfer stick; each file is noted before
// (own_outputs.h) and read back. What an attempt that failed half-way has written already is the
// same, byte for byte, and stays. Errors: as base::save_new_or_same(), base::save_together().
base::Result<void> write_outputs(const Workplace& work,
                                 const std::vector<Output>& outputs,
                                 Order order);

}  // namespace ceremony
