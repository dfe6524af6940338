#include "ceremony/plan.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/digest.h"
#include "base/media.h"
#include "ceremony/plan_faults.h"
#include "ceremony/plan_rules.h"
#include "ceremony/plan_secrets.h"
#include "ceremony/plan_sections.h"
#include "ceremony/toml_table.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kNumberWidth = 4;
constexpr std::size_t kLargestPlan = 1U << 20U;  // bytes; a plan of 1,000 requests has 0.3 MB

Result<std::string> read_text(const std::filesystem::path& path) {
  auto bytes = base::read_file(path, kLargestPlan);
  if (!bytes) {
    return std::move(bytes).error();
  }
  return std::string(base::text_of(*bytes));
}

// Warnings stop nobody.
std::optional<Error> first_of(const PlanFaults& faults) {
  const auto first = std::ranges::find(faults, base::Severity::kError, &PlanFault::severity);
  return first == faults.end() ? std::optional<Error>() : Error{first->code, first->message};
}

}  // namespace

std::string numbered(const Plan& plan) {
  const std::string digits = std::to_string(plan.sequence);
  return std::string(kNumberWidth - std::min(kNumberWidth, digits.size()), '0') + digits;
}

std::string record_name(const Plan& plan) {
  return numbered(plan) + "-" + plan.ceremony;
}

Result<Plan> read_plan(const std::filesystem::path& path) {
  auto text = read_text(path);
  if (!text) {
    return std::move(text).error();
  }
  return parse_plan(*text);
}

Result<Plan> parse_plan(std::string_view text) {
  auto parsed = parse_toml(text, "the plan");
  if (!parsed) {
    return std::move(parsed).error();
  }
  if (auto fault = first_of(find_secrets({.text = text, .paper = "the plan"}, *parsed)); fault) {
    return *std::move(fault);
  }
  PlanReading reading = read_plan_sections(*parsed);
  reading.plan.sha256 = base::sha256_hex(base::bytes_of(text));
  if (auto fault = first_of(reading.faults); fault) {
    return *std::move(fault);
  }
  if (auto fault = first_of(object_to_plan(reading.plan)); fault) {
    return *std::move(fault);
  }
  return std::move(reading.plan);
}

Result<Annex> read_annex(const std::filesystem::path& path, const Plan& plan) {
  auto text = read_text(path);
  if (!text) {
    return std::move(text).error();
  }
  if (base::sha256_hex(base::bytes_of(*text)) != plan.annex_sha256) {
    return Error{ErrorCode::kInconsistent,
                 "the annex is not the one that the plan was reviewed with (its digest differs); "
                 "bring the right one, or review the plan again"};
  }
  return parse_annex(*text);
}

Result<Annex> parse_annex(std::string_view text) {
  auto parsed = parse_toml(text, "the annex");
  if (!parsed) {
    return std::move(parsed).error();
  }
  if (auto fault = first_of(find_secrets({.text = text, .paper = "the annex"}, *parsed)); fault) {
    return *std::move(fault);
  }
  AnnexReading reading = read_annex_sections(*parsed);
  if (auto fault = first_of(reading.faults); fault) {
    return *std::move(fault);
  }
  if (auto fault = first_of(object_to_annex(reading)); fault) {
    return *std::move(fault);
  }
  if (reading.quorum) {
    auto quorum = shamir::Quorum::of(*reading.quorum);
    if (!quorum) {
      return std::move(quorum).error();
    }
    reading.annex.quorum = *quorum;
  }
  return std::move(reading.annex);
}

}  // namespace ceremony
