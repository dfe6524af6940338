#include "ceremony/cli/request_batch.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/digest.h"
#include "base/digest_words.h"
#include "base/text_encoding.h"
#include "ca/extension_text.h"
#include "ca/shared_primes.h"
#include "ca/weak_key.h"
#include "ceremony/cli/certificate_file.h"
#include "ceremony/cli/data_folder.h"
#include "ceremony/cli/request_file.h"

namespace ceremony::cli {

namespace {

namespace fs = std::filesystem;

// The keys that were seen so far, whole and by their primes.
struct SeenKeys {
  ca::KeyRegistry registry;
  ca::ModulusPool moduli;

  void add(base::ByteView public_key_info, const std::string& owner, ca::ModulusPlace place) {
    registry.add(public_key_info, owner);
    moduli.add(public_key_info, owner, place);
  }
};

std::string owner_name(const std::string& file) {
  return "the request " + file;
}

base::Result<std::optional<ca::Certificate>> read_issuer(const std::string& file) {
  if (file.empty()) {
    return std::optional<ca::Certificate>();
  }
  base::Result<Certificates> certificates = read_certificates(file);
  if (!certificates) {
    return certificates.error();
  }
  return std::optional(std::move(certificates->front()));
}

base::Result<void> add_profile(const std::string& name, RequestBatch& batch) {
  if (name.empty()) {
    return {};
  }
  base::Result<ca::CertificateProfile> profile = named_profile(name);
  if (!profile) {
    return profile.error();
  }
  base::Result<ca::ProfilePreview> preview =
      ca::ProfilePreview::of(std::move(*profile), batch.issuer);
  if (!preview) {
    return preview.error();
  }
  batch.profile = std::move(*preview);
  return {};
}

base::Result<void> add_blocklist(const std::string& file, RequestBatch& batch) {
  if (file.empty()) {
    return {};
  }
  std::error_code failed;
  const fs::path real = fs::canonical(file, failed);  // a link to a file is the file
  base::Result<ca::KeyBlocklist> list = ca::KeyBlocklist::open(failed ? fs::path(file) : real);
  if (!list) {
    return list.error();
  }
  batch.blocklist = std::move(*list);
  return {};
}

base::Result<void> add_history(const RequestPapers& papers, RequestBatch& batch, SeenKeys& seen) {
  const base::Result<std::vector<FiledCertificate>> history = read_history(papers.history);
  if (!history) {
    return history.error();
  }
  batch.history_count = history->size();
  if (batch.issuer) {
    seen.add(batch.issuer->public_key_info(),
             "the issuer (" + papers.issuer + ")",
             ca::ModulusPlace::kHistory);
  }
  for (const FiledCertificate& one : *history) {
    seen.add(one.certificate.public_key_info(),
             "the certificate " + one.file + " (" + one.certificate.subject().text() + ")",
             ca::ModulusPlace::kHistory);
  }
  return {};
}

// What profile and blocklist have against a request.
base::Result<void> compare(const RequestBatch& batch, ca::RequestCheck& check) {
  if (batch.profile) {
    const base::Findings faults = batch.profile->find_faults(*check.request, check.findings);
    check.findings.insert(check.findings.end(), faults.begin(), faults.end());
  }
  if (!batch.blocklist) {
    return {};
  }
  const base::Result<base::Findings> listed =
      batch.blocklist->look_up(check.request->public_key_info());
  if (!listed) {
    return listed.error();
  }
  check.findings.insert(check.findings.end(), listed->begin(), listed->end());
  return {};
}

base::Result<void> add_request(const std::string& file, RequestBatch& batch, SeenKeys& seen) {
  base::Result<ReadRequest> read = check_request_file(file, seen.registry);
  if (!read) {
    return base::Error(read.error()).while_doing(file);
  }
  if (read->check.request) {
    if (base::Result<void> compared = compare(batch, read->check); !compared) {
      return compared;
    }
    seen.add(read->check.request->public_key_info(), owner_name(file), ca::ModulusPlace::kBatch);
  }
  batch.requests.push_back(
      {.file = file, .file_sha256 = read->file_sha256, .check = std::move(read->check)});
  return {};
}

void add_shared_primes(const SeenKeys& seen, RequestBatch& batch) {
  for (const ca::SharedPrime& shared : seen.moduli.find_shared()) {
    const auto found = std::ranges::find_if(batch.requests, [&](const LookedAtRequest& one) {
      return owner_name(one.file) == shared.owner;
    });
    found->check.findings.push_back(ca::shared_prime_finding(shared.other));
  }
}

Json request_json(const LookedAtRequest& one) {
  Json json = {{"file", one.file},
               {"ok", ca::is_acceptable(one.check.findings)},
               {"file_sha256", one.file_sha256.empty() ? Json() : Json(one.file_sha256)}};
  if (!one.check.request) {
    return json;
  }
  const ca::SigningRequest& request = *one.check.request;
  json["file_words"] = base::digest_words(*base::parse_digest_hex(one.file_sha256));
  json["der_sha256"] = base::digest_hex(request.digest());
  json["subject"] = request.subject().text();
  json["key"] = ca::key_kind_of(request.public_key_info());
  json["public_key_sha256"] = base::sha256_hex(request.public_key_info());
  json["extensions"] = Json::array();
  for (const ca::Extension& extension : request.requested_extensions()) {
    json["extensions"].push_back({{"oid", extension.oid},
                                  {"name", ca::name_of_oid(extension.oid)},
                                  {"critical", extension.criticality == ca::Criticality::kCritical},
                                  {"text", ca::text_of(extension)},
                                  {"der", base::to_hex(extension.value)}});
  }
  return json;
}

}  // namespace

void add_paper_options(CLI::App& verb, RequestPapers& papers) {
  verb.add_option("FILE", papers.files, "Requests in PEM or DER")->required();
  verb.add_option("--profile", papers.profile, "The profile that the plan will name, or its file")
      ->check(objection_to_file_name);
  verb.add_option("--issuer", papers.issuer, "The certificate of the CA that is to sign")
      ->check(objection_to_file_name);
  verb.add_option("--history",
                  papers.history,
                  "Certificates issued before (files or folders; may be given more than once)")
      ->check(objection_to_file_name)
      ->allow_extra_args(false);
  verb.add_option(
          "--blocklist", papers.blocklist, "Known compromised keys: blocklist.dat of badkeys")
      ->check(objection_to_file_name);
}

bool RequestBatch::is_acceptable() const {
  return std::ranges::all_of(
      requests, [](const LookedAtRequest& one) { return ca::is_acceptable(one.check.findings); });
}

std::vector<FileFinding> RequestBatch::findings() const {
  std::vector<FileFinding> all;
  for (const LookedAtRequest& one : requests) {
    for (const base::Finding& finding : one.check.findings) {
      all.push_back({one.file, finding});
    }
  }
  return all;
}

base::Result<RequestBatch> look_at_requests(const RequestPapers& papers) {
  RequestBatch batch;
  base::Result<std::optional<ca::Certificate>> issuer = read_issuer(papers.issuer);
  if (!issuer) {
    return issuer.error();
  }
  batch.issuer = std::move(*issuer);
  SeenKeys seen;
  for (const base::Result<void>& step : {add_profile(papers.profile, batch),
                                         add_blocklist(papers.blocklist, batch),
                                         add_history(papers, batch, seen)}) {
    if (!step) {
      return step.error();
    }
  }
  for (const std::string& file : papers.files) {
    if (const base::Result<void> added = add_request(file, batch, seen); !added) {
      return added.error();
    }
  }
  add_shared_primes(seen, batch);
  return batch;
}

base::Result<ca::CertificateProfile> named_profile(const std::string& name) {
  std::error_code unknown;
  if (fs::path(name).has_extension() && fs::is_regular_file(name, unknown)) {
    return ca::load_profile(fs::path(name).parent_path(), fs::path(name).stem().string());
  }
  const base::Result<fs::path> data = find_data_folder();
  return data ? ca::load_profile(*data / "profiles", name)
              : base::Result<ca::CertificateProfile>(data.error());
}

Json batch_json(const RequestBatch& batch, const RequestPapers& papers) {
  Json json = {
      {"profile", batch.profile ? Json(batch.profile->profile().name) : Json()},
      {"issuer", batch.issuer ? Json(batch.issuer->subject().text()) : Json()},
      {"history", papers.history.empty() ? Json() : Json{{"certificates", batch.history_count}}},
      {"blocklist", Json()},
      {"requests", Json::array()}};
  if (batch.blocklist) {
    json["blocklist"] = {{"file", papers.blocklist},
                         {"sha256", base::digest_hex(batch.blocklist->digest())},
                         {"keys", batch.blocklist->size()}};
  }
  for (const LookedAtRequest& one : batch.requests) {
    json["requests"].push_back(request_json(one));
  }
  return json;
}

std::vector<std::string> compared_lines(const RequestBatch& batch, const RequestPapers& papers) {
  const auto or_not = [](const char* what, const std::string& how, const char* option) {
    return std::string(what) + ": " +
           (how.empty() ? std::string("not checked (give ") + option + ")" : how);
  };
  const std::size_t count = batch.history_count;
  const std::string history =
      papers.history.empty()
          ? ""
          : std::to_string(count) + (count == 1 ? " certificate" : " certificates");
  const std::string blocklist = batch.blocklist
                                    ? std::to_string(batch.blocklist->size()) + " keys, SHA-256 " +
                                          base::digest_hex(batch.blocklist->digest())
                                    : "";
  return {or_not("Profile", batch.profile ? batch.profile->profile().name : "", "--profile NAME"),
          or_not("Issuer", batch.issuer ? batch.issuer->subject().text() : "", "--issuer FILE"),
          or_not("History", history, "--history FOLDER"),
          or_not("Blocklist", blocklist, "--blocklist FILE")};
}

}  // namespace ceremony::cli
