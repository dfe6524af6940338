// ceremony/plan_requests.h - the sections of a plan about what is to be certified: [[request]] for
// requests that are named one by one, [batch] for a list of many under the same terms.

#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <toml++/toml.h>

#include "base/result.h"
#include "ceremony/plan_faults.h"
#include "ceremony/toml_table.h"

namespace ceremony {

struct Plan;

// More than that in one list are several ceremonies.
inline constexpr std::size_t kLargestBatch = 10'000;  // requests

// The certificate that a new one follows, brought with the requests.
struct PlannedPredecessor {
  std::string as;      // "renewal", "re-key" or "cross"
  std::string file;    // bare name in the transfer folder
  std::string sha256;  // of that file, 64 hex digits
};

// One request that may be signed, and nothing else.
struct PlannedRequest {
  std::string file;                         // bare name in the transfer folder
  std::string sha256;                       // of the file, 64 hex digits
  std::string profile;                      // name of a profile, "subordinate-device-identity"
  std::string not_before;                   // YYYY-MM-DD, from its first second
  std::string not_after;                    // YYYY-MM-DD, to its last second
  std::vector<std::string> policies;        // object identifiers, dotted
  std::vector<std::string> crl_uris;        // where the root's CRLs will be published
  std::vector<std::string> ca_issuer_uris;  // where the root certificate will be published
  std::string hardware_type = {};           // object identifier of a device's hardware; "": none
  std::vector<PlannedPredecessor> follows = {};  // none or one
};

// Many requests under the same terms. The list has the form that sha256sum writes: a line for each
// file, "64 HEX DIGITS, two spaces, NAME".
struct PlannedBatch {
  std::string list;      // bare name in the transfer folder
  std::string sha256;    // of the list, 64 hex digits
  PlannedRequest terms;  // of each; its file and sha256 are empty
};

// The name under which a certificate leaves: that of its request without its ending.
std::string delivery_name(const PlannedRequest& request);

// Reads a section as it stands; what is wrong with its keys is in the table's faults.
PlannedRequest read_request_section(TomlTable& table);
PlannedBatch read_batch_section(TomlTable& table);

// What is wrong with sections whose keys and types are right.
void object_to_requests(const Plan& plan, PlanFaults& faults);

toml::array request_tables(const std::vector<PlannedRequest>& requests);
toml::table batch_table(const PlannedBatch& batch);

// The requests of a list, in its order. Errors: kMalformed, naming the line: not that form, a name
// that is none of a file in the folder or would give a certificate of a name that is taken; too
// many, or none.
base::Result<std::vector<PlannedRequest>> requests_of_list(std::string_view list,
                                                           const PlannedBatch& batch);

// All requests of the plan: those named one by one, then those of its batch, whose list is read
// from `folder`. Errors: kNotFound; kInconsistent where the list is not the one that the plan was
// reviewed with, or two certificates would have one name; as requests_of_list().
base::Result<std::vector<PlannedRequest>> all_requests(const Plan& plan,
                                                       const std::filesystem::path& folder);

}  // namespace ceremony
