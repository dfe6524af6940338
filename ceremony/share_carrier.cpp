#include "ceremony/share_carrier.h"

#include <filesystem>
#include <string_view>

#include "ceremony/holder_files.h"
#include "ceremony/turns.h"
#include "shamir/share_lines.h"

namespace ceremony {

base::Result<base::Bytes> read_carried_share(const Plan& plan, const std::string& answer) {
  const std::string_view prefix = kTypedCard;
  if (std::string_view(answer).starts_with(prefix)) {
    return shamir::read_share_lines(std::string_view(answer).substr(prefix.size()));
  }
  const std::filesystem::path stick = answer;
  return read_share_file(plan.mode == Mode::kDrill ? stick / drill_folder(plan) : stick);
}

}  // namespace ceremony
