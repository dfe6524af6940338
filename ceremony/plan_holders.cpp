#include "ceremony/plan_holders.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace ceremony {

namespace {

constexpr std::array<std::string_view, 3> kCarriers{kOnStick, kOnCard, kOnToken};
constexpr std::array<std::string_view, 3> kHealths{kShareGood, kShareLost, kShareSuspect};

std::string text_or(TomlTable& table, std::string_view key, const char* otherwise) {
  std::string text = table.text(key, Presence::kOptional);
  return text.empty() ? std::string(otherwise) : std::move(text);
}

}  // namespace

PlannedHolder read_holder(TomlTable& table) {
  return {.folder = table.text("folder"),
          .seat = table.text("seat"),
          .continent = table.text("continent"),
          .possession_key = table.text("possession_key", Presence::kOptional),
          .carrier = text_or(table, "carrier", kOnStick),
          .health = text_or(table, "health", kShareGood),
          .bag = table.text("bag", Presence::kOptional)};
}

void object_to_holder(const PlannedHolder& holder, std::size_t index, PlanFaults& faults) {
  const std::string field = "holder[" + std::to_string(index) + "].";
  if (std::ranges::find(kCarriers, holder.carrier) == kCarriers.end()) {
    faults.push_back({.rule = "annex-holder-carrier",
                      .field = field + "carrier",
                      .message = "the annex: the \"carrier\" of a share must be \"stick\", "
                                 "\"card\" or \"token\"; correct it"});
  }
  if (std::ranges::find(kHealths, holder.health) == kHealths.end()) {
    faults.push_back({.rule = "annex-holder-health",
                      .field = field + "health",
                      .message = "the annex: the \"health\" of a share must be \"good\", \"lost\" "
                                 "or \"suspect\"; correct it"});
  }
}

toml::table holder_table(const PlannedHolder& holder) {
  toml::table table{
      {"folder", holder.folder}, {"seat", holder.seat}, {"continent", holder.continent}};
  if (!holder.possession_key.empty()) {
    table.insert("possession_key", holder.possession_key);
  }
  if (holder.carrier != kOnStick) {
    table.insert("carrier", holder.carrier);
  }
  if (holder.health != kShareGood) {
    table.insert("health", holder.health);
  }
  if (!holder.bag.empty()) {
    table.insert("bag", holder.bag);
  }
  return table;
}

}  // namespace ceremony
