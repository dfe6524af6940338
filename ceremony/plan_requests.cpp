#include "ceremony/plan_requests.h"

#include <algorithm>
#include <optional>
#include <set>
#include <sstream>
#include <utility>

#include "base/digest.h"
#include "base/media.h"
#include "ca/succession.h"
#include "ceremony/file_names.h"
#include "ceremony/json_lines.h"
#include "ceremony/plan.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kLargestList = std::size_t{4} << 20U;  // bytes
constexpr std::size_t kDigestDigits = 64;

// The names of the certificates that a plan's requests will give.
class CertificateNames {
 public:
  // False where the certificate or its chain would take a name that is taken. Each leaves under
  // the name of its request without the ending, and with "-chain".
  bool add(const PlannedRequest& request) {
    last_ = as_on_stick(delivery_name(request));
    const bool is_new = taken_.insert(last_).second;
    return taken_.insert(last_ + "-chain").second && is_new;
  }

  [[nodiscard]] const std::string& last() const { return last_; }

 private:
  std::set<std::string> taken_;
  std::string last_;
};

PlanFault request_fault(std::string field, std::string_view rule, std::string message) {
  return {.code = ErrorCode::kInconsistent,
          .rule = std::string(rule),
          .field = std::move(field),
          .message = "the plan: " + std::move(message)};
}

void object_to_predecessor(const PlannedPredecessor& predecessor,
                           const std::string& field,
                           PlanFaults& faults) {
  if (!ca::succession_named(predecessor.as)) {
    faults.push_back(request_fault(field + ".as",
                                   "plan-follows",
                                   "\"as\" must be \"renewal\" (same key), \"re-key\" (another "
                                   "key) or \"cross\" (another CA)"));
  }
  const bool is_file = is_bare_name(predecessor.file);
  if (!is_file || !is_sha256_hex(predecessor.sha256)) {
    faults.push_back(request_fault(field + (is_file ? ".sha256" : ".file"),
                                   "plan-follows",
                                   "the certificate that a new one follows needs the bare name of "
                                   "its file and its SHA-256 (64 digits of 0-9 and a-f); correct "
                                   "it"));
  }
}

void object_to_batch(const PlannedBatch& batch, PlanFaults& faults) {
  const bool is_file = is_bare_name(batch.list);
  if (!is_file || !is_sha256_hex(batch.sha256)) {
    faults.push_back(request_fault(
        is_file ? "batch.sha256" : "batch.list",
        "plan-batch",
        "a [batch] needs the bare name of its list and the SHA-256 of that list (64 digits of 0-9 "
        "and a-f); correct it"));
  }
  if (!batch.terms.follows.empty()) {
    faults.push_back(request_fault("batch.follows",
                                   "plan-batch",
                                   "a certificate that follows another one is asked for by a "
                                   "[[request]] of its own; take it out of the batch"));
  }
}

// What both sections say beside their file.
PlannedRequest read_terms(TomlTable& table) {
  PlannedRequest terms{.file = {},
                       .sha256 = {},
                       .profile = table.text("profile"),
                       .not_before = table.text("not_before"),
                       .not_after = table.text("not_after"),
                       .policies = table.texts("policies"),
                       .crl_uris = table.texts("crl_uris"),
                       .ca_issuer_uris = table.texts("ca_issuer_uris"),
                       .hardware_type = table.text("hardware_type", Presence::kOptional)};
  for (const toml::table* const one : table.tables("follows")) {
    TomlTable follows(*one, "the plan, section [[request.follows]]");
    terms.follows.push_back(
        {.as = follows.text("as"), .file = follows.text("file"), .sha256 = follows.text("sha256")});
  }
  return terms;
}

toml::table table_of(const PlannedRequest& request) {
  toml::table table{{"profile", request.profile},
                    {"not_before", request.not_before},
                    {"not_after", request.not_after},
                    {"policies", array_of(request.policies)},
                    {"crl_uris", array_of(request.crl_uris)},
                    {"ca_issuer_uris", array_of(request.ca_issuer_uris)}};
  if (!request.hardware_type.empty()) {
    table.insert("hardware_type", request.hardware_type);
  }
  toml::array follows;
  for (const PlannedPredecessor& one : request.follows) {
    follows.push_back(toml::table{{"as", one.as}, {"file", one.file}, {"sha256", one.sha256}});
  }
  if (!follows.empty()) {
    table.insert("follows", std::move(follows));
  }
  return table;
}

Error in_list(std::size_t line, const std::string& what) {
  return Error{ErrorCode::kMalformed,
               "line " + std::to_string(line) + " of the list " + what +
                   "; have it made again by sha256sum in the folder of the requests"};
}

// The file of a line that sha256sum wrote, with its digest; nothing for another line.
std::optional<PlannedRequest> request_of_line(const std::string& line,
                                              const PlannedRequest& terms) {
  const std::size_t name_at = kDigestDigits + 2;  // behind two spaces
  if (line.size() <= name_at || line.compare(kDigestDigits, 2, "  ") != 0) {
    return std::nullopt;
  }
  PlannedRequest request = terms;
  request.sha256 = line.substr(0, kDigestDigits);
  request.file = line.substr(name_at);
  if (!is_sha256_hex(request.sha256) || !is_bare_name(request.file)) {
    return std::nullopt;
  }
  return request;
}

Result<std::vector<PlannedRequest>> read_batch(const PlannedBatch& batch,
                                               const std::filesystem::path& folder) {
  const auto bytes = base::read_file(folder / batch.list, kLargestList);
  if (!bytes) {
    return bytes.error();
  }
  if (base::sha256_hex(*bytes) != batch.sha256) {
    return Error{ErrorCode::kInconsistent,
                 "the list " + batch.list +
                     " is not the one that the plan was reviewed with (its SHA-256 is " +
                     base::sha256_hex(*bytes) +
                     "); nothing was signed; bring the right list, or review the plan again"};
  }
  auto requests = requests_of_list(base::text_of(*bytes), batch);
  if (!requests) {
    return std::move(requests).error().while_doing(batch.list);
  }
  return requests;
}

}  // namespace

std::string delivery_name(const PlannedRequest& request) {
  return std::filesystem::path(request.file).stem().string();
}

PlannedRequest read_request_section(TomlTable& table) {
  PlannedRequest request = read_terms(table);
  request.file = table.text("file");
  request.sha256 = table.text("sha256");
  return request;
}

PlannedBatch read_batch_section(TomlTable& table) {
  return {.list = table.text("list"), .sha256 = table.text("sha256"), .terms = read_terms(table)};
}

void object_to_requests(const Plan& plan, PlanFaults& faults) {
  CertificateNames names;
  for (std::size_t i = 0; i < plan.requests.size(); ++i) {
    const PlannedRequest& request = plan.requests[i];
    const std::string section = "request[" + std::to_string(i) + "]";
    const bool is_file = is_bare_name(request.file);
    if (!is_file || !is_sha256_hex(request.sha256)) {
      faults.push_back(request_fault(
          section + (is_file ? ".sha256" : ".file"),
          "plan-request",
          "a [[request]] needs the bare name of its file and its SHA-256 (64 digits of 0-9 and "
          "a-f); correct it"));
    } else if (!names.add(request)) {
      faults.push_back(request_fault(section + ".file",
                                     "plan-request-name",
                                     "two requests would give certificates of one name, \"" +
                                         names.last() + ".pem\"; rename one of the files"));
    }
    for (const PlannedPredecessor& predecessor : request.follows) {
      object_to_predecessor(predecessor, section + ".follows[0]", faults);
    }
    if (request.follows.size() > 1) {
      faults.push_back(request_fault(
          section + ".follows", "plan-follows", "a certificate follows one other; name one"));
    }
  }
  if (plan.batch) {
    object_to_batch(*plan.batch, faults);
  }
}

toml::array request_tables(const std::vector<PlannedRequest>& requests) {
  toml::array tables;
  for (const PlannedRequest& one : requests) {
    toml::table table = table_of(one);
    table.insert("file", one.file);
    table.insert("sha256", one.sha256);
    tables.push_back(std::move(table));
  }
  return tables;
}

toml::table batch_table(const PlannedBatch& batch) {
  toml::table table = table_of(batch.terms);
  table.insert("list", batch.list);
  table.insert("sha256", batch.sha256);
  return table;
}

Result<std::vector<PlannedRequest>> requests_of_list(std::string_view list,
                                                     const PlannedBatch& batch) {
  std::vector<PlannedRequest> requests;
  CertificateNames names;
  std::istringstream lines{std::string(list)};
  for (std::string line; std::getline(lines, line);) {
    const std::size_t number = requests.size() + 1;
    auto request = request_of_line(line, batch.terms);
    if (!request) {
      return in_list(number, "is not a SHA-256, two spaces and the bare name of a file");
    }
    if (!names.add(*request)) {
      return in_list(number,
                     "would give a second certificate of the name \"" + names.last() + ".pem\"");
    }
    if (number > kLargestBatch) {
      return in_list(number, "is one too many for one ceremony");
    }
    requests.push_back(std::move(*request));
  }
  if (requests.empty()) {
    return Error{ErrorCode::kMalformed, "the list is empty, so there is nothing to sign"};
  }
  return requests;
}

Result<std::vector<PlannedRequest>> all_requests(const Plan& plan,
                                                 const std::filesystem::path& folder) {
  if (!plan.batch) {
    return plan.requests;
  }
  auto listed = read_batch(*plan.batch, folder);
  if (!listed) {
    return listed;
  }
  std::vector<PlannedRequest> all = plan.requests;
  CertificateNames names;
  for (const PlannedRequest& one : all) {
    names.add(one);
  }
  for (PlannedRequest& one : *listed) {
    if (!names.add(one)) {
      return Error{ErrorCode::kInconsistent,
                   "a [[request]] of the plan and the list " + plan.batch->list +
                       " would both give a certificate of the name \"" + names.last() +
                       ".pem\"; rename one of the files and review the plan again"};
    }
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace ceremony
