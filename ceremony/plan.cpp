#include "ceremony/plan.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

#include "base/calendar.h"
#include "base/digest.h"
#include "base/media.h"
#include "ceremony/toml_table.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::int64_t kLastSequence = 9999;  // what the name of a record's folder holds
constexpr std::size_t kNumberWidth = 4;
constexpr std::size_t kLargestPlan = 1U << 20U;  // bytes; a plan of 1,000 requests has 0.3 MB

bool is_digest(const std::string& text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return (std::isdigit(c) != 0) || (c >= 'a' && c <= 'f');
         });
}

Error inconsistent(const std::string& what) {
  return Error{ErrorCode::kInconsistent, "the plan: " + what};
}

// A table's reader, its result, and its fault, for sections that repeat.
template <typename T, typename ReadOne>
Result<std::vector<T>> read_each(const std::vector<const toml::table*>& tables,
                                 const std::string& where,
                                 ReadOne read_one) {
  std::vector<T> list;
  for (const toml::table* const table : tables) {
    TomlTable reader(*table, where);
    list.push_back(read_one(reader));
    if (auto done = reader.finish(); !done) {
      return std::move(done).error();
    }
  }
  return list;
}

PlannedSigner read_signer(TomlTable& table) {
  return {.role = table.text("role"), .vkey = table.text("vkey")};
}

PlannedRequest read_request(TomlTable& table) {
  return {.file = table.text("file"),
          .sha256 = table.text("sha256"),
          .profile = table.text("profile"),
          .not_before = table.text("not_before"),
          .not_after = table.text("not_after"),
          .policies = table.texts("policies"),
          .crl_uris = table.texts("crl_uris"),
          .ca_issuer_uris = table.texts("ca_issuer_uris")};
}

PlannedRevocation read_revocation(TomlTable& table) {
  return {
      .serial = table.text("serial"), .date = table.text("date"), .reason = table.text("reason")};
}

Result<PlannedRoot> read_root(const toml::table& section) {
  TomlTable table(section, "the plan, section [root]");
  const std::string algorithm_name = table.text("algorithm");
  PlannedRoot root{.algorithm = ca::Algorithm::kP384,
                   .profile = table.text("profile"),
                   .name = {.common_name = table.text("common_name"),
                            .organization = table.text("organization"),
                            .country = table.text("country")},
                   .not_before = table.text("not_before"),
                   .not_after = table.text("not_after")};
  if (auto done = table.finish(); !done) {
    return std::move(done).error();
  }
  auto algorithm = ca::algorithm_named(algorithm_name);
  if (!algorithm) {
    return std::move(algorithm).error();
  }
  root.algorithm = *algorithm;
  return root;
}

Result<PlannedCrl> read_crl(const toml::table& section) {
  TomlTable table(section, "the plan, section [crl]");
  PlannedCrl crl{.this_update = table.text("this_update"),
                 .next_update = table.text("next_update"),
                 .revocations = {}};
  auto revocations = read_each<PlannedRevocation>(
      table.tables("revoke"), "the plan, section [[crl.revoke]]", read_revocation);
  if (!revocations) {
    return std::move(revocations).error();
  }
  crl.revocations = std::move(revocations).value();
  if (auto done = table.finish(); !done) {
    return std::move(done).error();
  }
  return crl;
}

// Reads the sections into `plan`.
Result<void> read_sections(TomlTable& table, Plan& plan) {
  if (const toml::table* const section = table.table("root"); section != nullptr) {
    auto root = read_root(*section);
    if (!root) {
      return std::move(root).error();
    }
    plan.root = std::move(root).value();
  }
  if (const toml::table* const section = table.table("crl"); section != nullptr) {
    auto crl = read_crl(*section);
    if (!crl) {
      return std::move(crl).error();
    }
    plan.crl = std::move(crl).value();
  }
  auto requests = read_each<PlannedRequest>(
      table.tables("request"), "the plan, section [[request]]", read_request);
  if (!requests) {
    return std::move(requests).error();
  }
  plan.requests = std::move(requests).value();
  auto signers =
      read_each<PlannedSigner>(table.tables("signer"), "the plan, section [[signer]]", read_signer);
  if (!signers) {
    return std::move(signers).error();
  }
  plan.signers = std::move(signers).value();
  return {};
}

Result<void> check_dates(const Plan& plan) {
  std::vector<std::pair<std::string, std::string>> dates{{"date", plan.date}};
  if (plan.root) {
    dates.emplace_back("not_before of the root", plan.root->not_before);
    dates.emplace_back("not_after of the root", plan.root->not_after);
  }
  if (plan.crl) {
    dates.emplace_back("this_update", plan.crl->this_update);
    dates.emplace_back("next_update", plan.crl->next_update);
  }
  for (const PlannedRequest& request : plan.requests) {
    dates.emplace_back("not_before of a request", request.not_before);
    dates.emplace_back("not_after of a request", request.not_after);
  }
  for (const auto& [what, text] : dates) {
    if (!base::parse_date(text)) {
      return inconsistent(std::string("the ").append(what).append(" is \"").append(text).append(
          "\", which is no date; write it as YYYY-MM-DD"));
    }
  }
  return {};
}

// Lower-case letters, digits and "-": fit for a name of a folder or script.
bool is_script_name(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

// A name of one file or folder, that stays below where it is looked for.
bool is_bare_name(const std::string& text) {
  return !text.empty() && text != "." && text != ".." && text.find('/') == std::string::npos;
}

// Each certificate leaves under the name of its request without the ending, and with "-chain"; a
// transfer stick (FAT) takes "A" and "a" for the same.
Result<void> check_requests(const std::vector<PlannedRequest>& requests) {
  std::set<std::string> taken;
  for (const PlannedRequest& request : requests) {
    if (!is_digest(request.sha256) || !is_bare_name(request.file)) {
      return inconsistent("a [[request]] needs the bare name of its file and its SHA-256");
    }
    std::string name = std::filesystem::path(request.file).stem().string();
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    const bool is_new = taken.insert(name).second;
    if (!taken.insert(name + "-chain").second || !is_new) {
      return inconsistent("two requests would give certificates of one name, \"" + name +
                          ".pem\"; rename one of the files");
    }
  }
  return {};
}

// The certificate of a root that is none says so itself, whatever becomes of its record.
Result<void> check_root_name(const Plan& plan) {
  const std::string mode(name_of(plan.mode));
  const bool is_marked = plan.mode == Mode::kProduction || !plan.root ||
                         plan.root->name.common_name.find(mode) != std::string::npos;
  return is_marked ? Result<void>()
                   : Result<void>(inconsistent("\"common_name\" of a root in mode " + mode +
                                               " must contain the word " + mode +
                                               ", so that nobody takes it for a real one"));
}

Result<void> check_whole(const Plan& plan) {
  if (plan.sequence == 0 || plan.sequence > kLastSequence) {
    return inconsistent("\"sequence\" must be 1 for the first ceremony and rise by one");
  }
  if (!is_script_name(plan.ceremony)) {
    return inconsistent("\"ceremony\" must be the name of a script, like \"root-generation\"");
  }
  if (!is_digest(plan.previous_head) ||
      (!plan.annex_sha256.empty() && !is_digest(plan.annex_sha256))) {
    return inconsistent("a digest is not 64 digits of 0-9 and a-f; copy it again");
  }
  if (plan.kdf != "production" && plan.kdf != "fast") {
    return inconsistent("\"kdf\" must be \"production\" or \"fast\"");
  }
  if (plan.mode == Mode::kProduction && plan.kdf == "fast") {
    return Error{ErrorCode::kRefusedByPolicy,
                 "the plan asks for fast passphrase hashing, which is for rehearsals; a production "
                 "ceremony needs kdf = \"production\""};
  }
  if (plan.signers.empty()) {
    return inconsistent("nobody is named who signs the record; add at least one [[signer]]");
  }
  if (auto requests = check_requests(plan.requests); !requests) {
    return requests;
  }
  if (auto marked = check_root_name(plan); !marked) {
    return marked;
  }
  return check_dates(plan);
}

Result<std::string> read_text(const std::filesystem::path& path) {
  auto bytes = base::read_file(path, kLargestPlan);
  if (!bytes) {
    return std::move(bytes).error();
  }
  return std::string(base::text_of(*bytes));
}

PlannedHolder read_holder(TomlTable& table) {
  return {.folder = table.text("folder"),
          .seat = table.text("seat"),
          .continent = table.text("continent"),
          .possession_key = table.text("possession_key", Presence::kOptional)};
}

PlannedSite read_site(TomlTable& table) {
  return {.name = table.text("name"), .continent = table.text("continent")};
}

// Reads [[holder]] and [[site]].
Result<void> read_people(TomlTable& table, Annex& annex) {
  auto holders = read_each<PlannedHolder>(
      table.tables("holder"), "the annex, section [[holder]]", read_holder);
  if (!holders) {
    return std::move(holders).error();
  }
  annex.holders = std::move(holders).value();
  auto sites =
      read_each<PlannedSite>(table.tables("site"), "the annex, section [[site]]", read_site);
  if (!sites) {
    return std::move(sites).error();
  }
  annex.sites = std::move(sites).value();
  return {};
}

// Nobody stands for two, and each stick is another one.
Result<void> check_holders(const std::vector<PlannedHolder>& holders) {
  std::set<std::string> seats;
  std::set<std::string> folders;
  for (const PlannedHolder& holder : holders) {
    if (!is_bare_name(holder.folder)) {
      return Error{ErrorCode::kInconsistent,
                   "the annex: a [[holder]] needs the bare name of a folder; correct it"};
    }
    if (!seats.insert(holder.seat).second || !folders.insert(holder.folder).second) {
      return Error{ErrorCode::kInconsistent,
                   "the annex: two holders have one seat or one folder; give each its own"};
    }
  }
  return {};
}

// Takes the threshold, where the annex has one; as many shares as holders.
Result<void> read_quorum(std::int64_t threshold, Annex& annex) {
  if (threshold == 0) {
    return {};
  }
  auto quorum = shamir::Quorum::of(
      {.threshold = static_cast<unsigned>(std::min<std::int64_t>(threshold, 255)),
       .shares = static_cast<unsigned>(annex.holders.size())});
  if (!quorum) {
    return std::move(quorum).error();
  }
  annex.quorum = *quorum;
  return {};
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
  TomlTable table(*parsed, "the plan");
  Plan plan;
  plan.ceremony = table.text("ceremony");
  const std::string mode = table.text("mode");
  plan.sequence = static_cast<std::uint32_t>(std::min(table.number("sequence"), kLastSequence + 1));
  plan.date = table.text("date");
  plan.origin = table.text("origin");
  plan.previous_head = table.text("previous_head");
  plan.site = table.text("site");
  plan.objective_s =
      static_cast<std::uint32_t>(table.number("objective_seconds", Presence::kOptional));
  plan.kdf = table.text("kdf");
  plan.annex_sha256 = table.text("annex_sha256", Presence::kOptional);
  plan.sha256 = base::sha256_hex(base::bytes_of(text));
  if (auto sections = read_sections(table, plan); !sections) {
    return std::move(sections).error();
  }
  if (auto done = table.finish(); !done) {
    return std::move(done).error();
  }
  auto parsed_mode = mode_named(mode);
  if (!parsed_mode) {
    return std::move(parsed_mode).error().while_doing("the plan");
  }
  plan.mode = *parsed_mode;
  if (auto checked = check_whole(plan); !checked) {
    return std::move(checked).error();
  }
  return plan;
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
  TomlTable table(*parsed, "the annex");
  Annex annex;
  if (!is_digest(table.text("salt"))) {
    return Error{ErrorCode::kMalformed,
                 "the annex: \"salt\" must be 64 hex digits (256 random bits), so that nobody can "
                 "guess what it hides from its digest"};
  }
  const std::int64_t threshold = table.number("threshold", Presence::kOptional);
  if (auto people = read_people(table, annex); !people) {
    return std::move(people).error();
  }
  if (auto done = table.finish(); !done) {
    return std::move(done).error();
  }
  if (auto checked = check_holders(annex.holders); !checked) {
    return std::move(checked).error();
  }
  if (auto quorum = read_quorum(threshold, annex); !quorum) {
    return std::move(quorum).error();
  }
  return annex;
}

}  // namespace ceremony
