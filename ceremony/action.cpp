#include "ceremony/action.h"

#include <algorithm>
#include <array>

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;

std::array<std::span<const Action>, 22> tables() {
  return {attendance_actions(),  clock_actions(),    record_actions(),      birth_actions(),
          share_actions(),       bag_actions(),      custody_actions(),     quorum_actions(),
          issue_actions(),       crl_actions(),      cross_actions(),       vault_actions(),
          life_actions(),        site_actions(),     merge_actions(),       activation_actions(),
          reshare_actions(),     retiring_actions(), destruction_actions(), key_end_actions(),
          signing_key_actions(), artefact_actions()};
}

}  // namespace

base::Result<Json> Workplace::fact(std::string_view name) const {
  const auto found = facts.find(std::string(name));
  if (found == facts.end()) {
    return Error{ErrorCode::kInconsistent,
                 "this step needs \"" + std::string(name) +
                     "\", which no step before it has recorded; the script is at fault, not you"};
  }
  return found->second;
}

base::Result<std::string> Workplace::text_fact(std::string_view name) const {
  auto value = fact(name);
  if (!value) {
    return std::move(value).error();
  }
  if (!value->is_string()) {
    return Error{ErrorCode::kInconsistent,
                 "what was recorded as \"" + std::string(name) +
                     "\" is no text; keep the journal "
                     "and call for help"};
  }
  return value->get<std::string>();
}

std::uint64_t Workplace::number_fact(std::string_view name) const {
  const auto found = facts.find(std::string(name));
  return found != facts.end() && found->second.is_number_unsigned()
             ? found->second.get<std::uint64_t>()
             : 0;
}

std::filesystem::path Workplace::confidential_folder() const {
  return room.confidential / record_name(plan);
}

std::filesystem::path Workplace::public_folder() const {
  return room.published / record_name(plan);
}

Json data_of(const Step& step, const client::ExceptionSheet& sheet) {
  return {{"step", step.id},
          {"expected", sheet.expected},
          {"seen", sheet.seen},
          {"decided", sheet.decided},
          {"raised_by", sheet.raised_by}};
}

base::Result<void> note_exception(const Workplace& work, const client::ExceptionSheet& sheet) {
  return work.journal.append("exception", data_of(work.step, sheet));
}

const Action* find_action(std::string_view name) {
  for (const std::span<const Action> table : tables()) {
    const auto found = std::find_if(
        table.begin(), table.end(), [&](const Action& action) { return action.name == name; });
    if (found != table.end()) {
      return &*found;
    }
  }
  return nullptr;
}

std::vector<std::string_view> action_names() {
  std::vector<std::string_view> names;
  for (const std::span<const Action> table : tables()) {
    for (const Action& action : table) {
      names.push_back(action.name);
    }
  }
  return names;
}

base::Result<Asking> ask_nothing(const Workplace& /*work*/) {
  return Asking{};
}

}  // namespace ceremony
