#include "ceremony/open_item.h"

#include <utility>

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

base::Result<Asking> ask_open_sites(const Workplace& work) {
  auto old = old_set_of(work);
  if (!old) {
    return std::move(old).error();
  }
  Asking asking;
  if (remains_of(work, *old).open_sites.empty()) {
    return asking;
  }
  asking.asks = owner_asks("the encrypted key at each site that is not done");
  for (client::Ask& ask : asking.asks) {
    ask.is_optional = false;
  }
  return asking;
}

base::Result<void> note_open_sites(const Workplace& work,
                                   const client::Input& input,
                                   const Remains& remains) {
  if (remains.open_sites.empty()) {
    return {};
  }
  auto item = open_item_of(work, input);
  if (!item) {
    return std::move(item).error();
  }
  return work.journal.append(
      "open-item", {{"sites", remains.open_sites}, {"owner", item->owner}, {"until", item->until}});
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
