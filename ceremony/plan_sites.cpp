#include "ceremony/plan_sites.h"

#include <algorithm>
#include <iterator>

#include "ceremony/json_lines.h"

namespace ceremony {

namespace {

constexpr std::size_t kFewestWays = 3;
constexpr std::uint32_t kLongestWait = 24 * 90;  // hours; more is a typing error

void add_fault(const std::string& field, const std::string& message, PlanFaults& faults) {
  faults.push_back({.rule = "plan-activation",
                    .field = "activation." + field,
                    .message = "the plan, section [activation]: " + message});
}

toml::array text_array(const std::vector<std::string>& texts) {
  toml::array array;
  for (const std::string& text : texts) {
    array.push_back(text);
  }
  return array;
}

}  // namespace

PlannedActivation read_activation(TomlTable& table) {
  PlannedActivation activation;
  activation.reason = table.text("reason");
  activation.ways = table.texts("ways", Presence::kRequired);
  activation.notice = table.text("notice");
  activation.notice_sha256 = table.text("notice_sha256");
  const std::int64_t hours = table.number("waiting_hours");
  activation.waiting_hours =
      hours < 0 || hours > kLongestWait ? kLongestWait + 1 : static_cast<std::uint32_t>(hours);
  activation.allowed = table.texts("allowed", Presence::kRequired);
  activation.records_lost = table.flag("records_lost");
  return activation;
}

PlannedMerge read_merge(TomlTable& table) {
  return {.joined = table.text("joined")};
}

void object_to_activation(const PlannedActivation& activation, PlanFaults& faults) {
  if (std::ranges::find(kActivationReasons, activation.reason) == std::end(kActivationReasons)) {
    add_fault("reason",
              "\"reason\" must be primary-lost, primary-unreachable, primary-unsafe or deadline",
              faults);
  }
  if (activation.ways.size() < kFewestWays) {
    add_fault("ways", "\"ways\" must name at least three ways to reach the primary site", faults);
  }
  if (activation.notice.empty() || activation.notice.find('/') != std::string::npos ||
      !is_sha256_hex(activation.notice_sha256)) {
    add_fault("notice", "the notice needs the bare name of its file and its SHA-256", faults);
  }
  if (activation.waiting_hours > kLongestWait) {
    add_fault(
        "waiting_hours", "\"waiting_hours\" must be 0 to " + std::to_string(kLongestWait), faults);
  }
  if (activation.allowed.empty()) {
    add_fault("allowed",
              "\"allowed\" must name the ceremonies that this site may hold until the primary "
              "returns",
              faults);
  }
}

void object_to_merge(const PlannedMerge& merge, PlanFaults& faults) {
  if (!is_sha256_hex(merge.joined)) {
    faults.push_back({.rule = "plan-merge",
                      .field = "merge.joined",
                      .message = "the plan, section [merge]: \"joined\" must be the head of the "
                                 "other branch, 64 digits of 0-9 and a-f; copy it again"});
  }
}

toml::table activation_table(const PlannedActivation& activation) {
  toml::table table{{"reason", activation.reason},
                    {"ways", text_array(activation.ways)},
                    {"notice", activation.notice},
                    {"notice_sha256", activation.notice_sha256},
                    {"waiting_hours", static_cast<std::int64_t>(activation.waiting_hours)},
                    {"allowed", text_array(activation.allowed)}};
  if (activation.records_lost) {
    table.insert("records_lost", true);
  }
  return table;
}

toml::table merge_table(const PlannedMerge& merge) {
  return toml::table{{"joined", merge.joined}};
}

}  // namespace ceremony
