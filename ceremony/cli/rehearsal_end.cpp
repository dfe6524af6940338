// The end of a share set, and of a root key.

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/media.h"
#include "ca/certificate.h"
#include "ca/pem.h"
#include "ceremony/cli/rehearsal.h"
#include "ceremony/cli/rehearsal_text.h"
#include "ceremony/json_lines.h"
#include "ceremony/ledger.h"

namespace ceremony::cli {

namespace {

using base::Result;
namespace fs = std::filesystem;

constexpr int kLastCrlYears = 11;                           // longer than what it revokes
constexpr std::size_t kLargestCertificateFile = 1U << 20U;  // bytes

Result<std::string> serial_in(const fs::path& file) {
  auto bytes = base::read_file(file, kLargestCertificateFile);
  if (!bytes) {
    return std::move(bytes).error();
  }
  auto objects = ca::read_objects(*bytes);
  if (!objects) {
    return std::move(objects).error();
  }
  auto certificate = ca::Certificate::parse(objects->front().der);
  if (!certificate) {
    return std::move(certificate).error();
  }
  return certificate->serial_hex();
}

// Other people than those of the set before, with new media.
RehearsedPeople invent_successors(const shamir::Quorum& quorum, const std::string& mark) {
  RehearsedPeople people = invent_people(quorum, shamir::ConfidentialAccess::in_the_room());
  for (RehearsedHolder& holder : people.holders) {
    holder.planned.folder += "-" + mark;
    holder.planned.seat += mark;
  }
  return people;
}

void move_to(std::vector<RehearsedHolder>& from, std::vector<RehearsedHolder>& to) {
  std::move(from.begin(), from.end(), std::back_inserter(to));
  from.clear();
}

}  // namespace

// From the newest entry that made a share set.
void Rehearsal::learn_disclosures(const Json& publication) {
  const Json* const line = publication.contains("line") ? &publication.at("line") : nullptr;
  const auto entry = line == nullptr ? parse_json("{}") : parse_json(line->get<std::string>());
  if (!entry || entry->value("type", "") != "shares.issue") {
    return;
  }
  set_facts_.clear();
  for (const Json& disclosure : publication.at("disclosures")) {
    set_facts_ += disclosure.get<std::string>() + "\n";
  }
}

Result<std::uint32_t> Rehearsal::live_generation() const {
  auto ledger = read_ledger(options_.out / live_site_ / "ledger");
  return ledger ? Result<std::uint32_t>(ledger->generation)
                : Result<std::uint32_t>(std::move(ledger).error());
}

// The old holders open the key, new ones get shares; where it is given up, the old ones stay.
Result<void> Rehearsal::replace_set() {
  Plan plan = new_plan("re-share");
  const std::string record = record_name(plan);
  auto before = live_generation();
  if (!before) {
    return std::move(before).error();
  }
  RehearsedPeople next = invent_successors(options_.quorum, std::to_string(plan.sequence));
  if (auto made = make_sticks(next, options_.out / "holders"); !made) {
    return made;
  }
  Annex annex{.quorum = options_.quorum, .holders = {}, .sites = people_.sites};
  for (const RehearsedHolder& holder : next.holders) {
    annex.holders.push_back(holder.planned);
  }
  const std::size_t old_holders = people_.holders.size();
  QuorumOrder order = quorum_from(old_holders - 1);
  move_to(next.holders, people_.holders);
  wants_facts_ = true;
  auto result = hold(std::move(plan), &annex, room(), std::move(order));
  auto now = live_generation();
  std::vector<RehearsedHolder> all = std::exchange(people_.holders, {});
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(old_holders);
  const bool is_replaced = now && *now > *before;
  std::move(is_replaced ? middle : all.begin(),
            is_replaced ? all.end() : middle,
            std::back_inserter(people_.holders));
  if (!result) {
    return std::move(result).error();
  }
  if (!is_replaced) {
    return {};
  }
  say_held("re-share", result->seconds, result->notes.empty() ? "" : "new set live, old set dead");
  return learn_possession_keys(record);
}

// What is still valid is revoked, by a last CRL that outlasts it.
Result<void> Rehearsal::revoke_rest() {
  Plan plan = new_plan("crl");
  plan.crl = new_crl();
  plan.crl->next_update = years_after(today_, kLastCrlYears);
  const fs::path folder = options_.out / "transfer" / "out" / "0002-subordinate-signing";
  for (std::size_t i = 1; i < request_names_.size(); ++i) {
    auto serial = serial_in(folder / (fs::path(request_names_[i]).stem().string() + ".pem"));
    if (!serial) {
      return std::move(serial).error();
    }
    plan.crl->revocations.push_back(
        {.serial = *serial, .date = today_, .reason = "cessationOfOperation"});
  }
  auto result = hold(std::move(plan), nullptr, room(), quorum_from(0));
  if (!result) {
    return std::move(result).error();
  }
  say_held("last CRL", result->seconds, "everything revoked, for as long as it would have lasted");
  return {};
}

Result<void> Rehearsal::destroy_key() {
  Annex annex = full_annex();
  annex.quorum.reset();
  wants_facts_ = true;
  auto result = hold(new_plan("key-destruction"), &annex, room(), quorum_from(0));
  if (!result) {
    return std::move(result).error();
  }
  const auto claim = std::ranges::find_if(result->notes, [](const std::string& note) {
    return note.find("the last of its chain") != std::string::npos;
  });
  say_held("key destruction", result->seconds, claim == result->notes.end() ? "" : *claim);
  return {};
}

}  // namespace ceremony::cli
