#include "ceremony/open_item.h"

#include "base/calendar.h"

namespace ceremony {

using base::Error;
using base::ErrorCode;

std::vector<client::Ask> owner_asks(const std::string& what) {
  return {{.name = "owner",
           .kind = client::AskKind::kText,
           .prompt = "Who sees to it that " + what + " is destroyed",
           .expected = {},
           .is_optional = true},
          {.name = "until",
           .kind = client::AskKind::kText,
           .prompt = "Until when (YYYY-MM-DD)",
           .expected = {},
           .is_optional = true}};
}

base::Result<OpenItem> open_item_of(const Workplace& work, const client::Input& input) {
  const auto owner = input.texts.find("owner");
  const auto until = input.texts.find("until");
  if (owner == input.texts.end() || until == input.texts.end() || owner->second.empty()) {
    return Error{ErrorCode::kInsufficient,
                 "what is left needs somebody who sees to it, and a date; name both"};
  }
  if (!base::parse_date(until->second) || until->second < work.plan.date) {
    return Error{ErrorCode::kInvalidArgument,
                 "the date until when it is done is none, or lies before this ceremony; write it "
                 "as YYYY-MM-DD"};
  }
  return OpenItem{.owner = owner->second, .until = until->second};
}

}  // namespace ceremony
