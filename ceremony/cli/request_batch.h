// ceremony/cli/request_batch.h - certificate signing requests looked at together, before a
// ceremony.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/result.h"
#include "ca/certificate.h"
#include "ca/key_blocklist.h"
#include "ca/profile_preview.h"
#include "ca/signing_request.h"
#include "ceremony/cli/command.h"
#include "ceremony/json_lines.h"

namespace ceremony::cli {

// What was named on the command line; empty: not given, and what it would show is not looked at.
struct RequestPapers {
  std::vector<std::string> files;
  std::string profile;               // its name, or a file
  std::string issuer;                // certificate
  std::vector<std::string> history;  // files and folders with certificates
  std::string blocklist;             // badkeys' blocklist.dat
};

// Adds the options for them to a verb; FILE is required.
void add_paper_options(CLI::App& verb, RequestPapers& papers);

struct LookedAtRequest {
  std::string file;
  std::string file_sha256;  // 64 hex digits: what a plan names; "" for a file that is too large
  ca::RequestCheck check;
};

struct RequestBatch {
  std::vector<LookedAtRequest> requests;  // in the order in which they were named
  std::optional<ca::ProfilePreview> profile;
  std::optional<ca::Certificate> issuer;
  std::size_t history_count = 0;  // certificates
  std::optional<ca::KeyBlocklist> blocklist;

  [[nodiscard]] bool is_acceptable() const;
  [[nodiscard]] std::vector<FileFinding> findings() const;
};

// Looks at all requests: each by itself, with the profile, and its key with the issuer's, those of
// the history, those of the other requests and the blocklist. What is wrong with a request is a
// finding of it and never stops the others. Errors: where a file or folder cannot be read, or is
// not what it was named for.
base::Result<RequestBatch> look_at_requests(const RequestPapers& papers);

// A profile of ours by its name, or one in a file NAME.toml. Errors: as ca::load_profile().
base::Result<ca::CertificateProfile> named_profile(const std::string& name);

// The batch for programs: the members that `conclave request check --json` adds to the common form.
Json batch_json(const RequestBatch& batch, const RequestPapers& papers);

// What the requests were compared with, and what was not looked at: profile, issuer, history and
// blocklist, "History: 12 certificates".
std::vector<std::string> compared_lines(const RequestBatch& batch, const RequestPapers& papers);

}  // namespace ceremony::cli
