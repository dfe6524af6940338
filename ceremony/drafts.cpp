#include "ceremony/drafts.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/digest.h"
#include "base/digest_words.h"
#include "base/media.h"
#include "base/text_encoding.h"
#include "ca/certificate_profile.h"
#include "ca/pem.h"
#include "ceremony/key_facts.h"
#include "ceremony/vault.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
namespace fs = std::filesystem;

// A planned day's first or last second.
enum class DayEnd { kFirst, kLast };

Result<ca::Instant> instant_on(const std::string& date, DayEnd end) {
  return ca::instant_of(date + (end == DayEnd::kFirst ? "T00:00:00Z" : "T23:59:59Z"));
}

// The serial number of the root certificate, drawn when its key was made.
Result<base::Bytes> root_serial(const Workplace& work) {
  auto text = work.text_fact("root-serial");
  if (!text) {
    return std::move(text).error();
  }
  return base::from_hex(*text);
}

}  // namespace

Result<ca::CertificateProfile> profile_of(const Workplace& work, const std::string& name) {
  return ca::load_profile(work.room.data / "profiles", name);
}

Result<ca::Validity> validity_of(const PlannedDates& dates) {
  auto not_before = instant_on(dates.not_before, DayEnd::kFirst);
  auto not_after = instant_on(dates.not_after, DayEnd::kLast);
  if (!not_before) {
    return std::move(not_before).error();
  }
  if (!not_after) {
    return std::move(not_after).error();
  }
  return ca::Validity{.not_before = *not_before, .not_after = *not_after};
}

Result<std::vector<ca::Certificate>> issued_certificates(const Workplace& work) {
  std::vector<ca::Certificate> certificates;
  if (work.room.sites.empty()) {
    return certificates;
  }
  std::vector<fs::path> files;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(work.room.sites.front() / "ca", failed)) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    auto bytes = base::read_file(file, kLargestCertificate);
    if (!bytes) {
      return std::move(bytes).error();
    }
    auto objects = ca::read_objects(*bytes);
    if (!objects) {
      return std::move(objects).error().while_doing(file.filename().string());
    }
    auto certificate = ca::Certificate::parse(objects->front().der);
    if (!certificate) {
      return std::move(certificate).error().while_doing(file.filename().string());
    }
    certificates.push_back(std::move(certificate).value());
  }
  return certificates;
}

Result<ca::CertificatePlan> certificate_plan_of(const PlannedRequest& planned) {
  auto validity = validity_of({.not_before = planned.not_before, .not_after = planned.not_after});
  if (!validity) {
    return std::move(validity).error();
  }
  return ca::CertificatePlan{.subject = {},
                             .validity = *validity,
                             .policies = planned.policies,
                             .crl_uris = planned.crl_uris,
                             .ca_issuer_uris = planned.ca_issuer_uris,
                             .accepted = {},
                             .hardware_type = planned.hardware_type};
}

Result<ca::CertificateDraft> root_draft(const Workplace& work) {
  if (!work.plan.root) {
    return Error{ErrorCode::kInconsistent, "the plan has no section [root]; correct it"};
  }
  const PlannedRoot& planned = *work.plan.root;
  auto profile = profile_of(work, planned.profile);
  if (!profile) {
    return std::move(profile).error();
  }
  auto key = key_facts(work);
  if (!key) {
    return std::move(key).error();
  }
  auto name = distinguished_name_of(planned.name);
  if (!name) {
    return std::move(name).error();
  }
  auto validity = validity_of({.not_before = planned.not_before, .not_after = planned.not_after});
  if (!validity) {
    return std::move(validity).error();
  }
  auto serial = root_serial(work);
  if (!serial) {
    return std::move(serial).error();
  }
  const ca::CertificatePlan plan{.subject = std::move(name).value(),
                                 .validity = *validity,
                                 .policies = {},
                                 .crl_uris = {},
                                 .ca_issuer_uris = {},
                                 .accepted = {},
                                 .serial = std::move(serial).value()};
  return ca::CertificateDraft::of_root(*profile, plan, key->public_key_info);
}

Result<ca::Certificate> root_of(const Workplace& work) {
  auto text = work.text_fact("root-certificate");
  if (!text) {
    return std::move(text).error();
  }
  auto der = base::from_base64(*text);
  if (!der) {
    return std::move(der).error();
  }
  return ca::Certificate::parse(*der);
}

std::vector<std::string> shown(const ca::Certificate& certificate) {
  return {"Subject: " + certificate.subject().text(),
          "Issuer: " + certificate.issuer().text(),
          "Serial number: " + certificate.serial_hex(),
          "Not before: " + ca::text_of(certificate.not_before().instant),
          "Not after: " + ca::text_of(certificate.not_after().instant),
          "Key: " + base::digest_words(base::sha256(certificate.public_key_info()))};
}

std::vector<std::string> shown(const ca::RevocationList& list) {
  std::vector<std::string> lines{
      "CRL number: " + std::to_string(list.number().value_or(0)),
      "This update: " + ca::text_of(list.this_update().instant),
      "Next update: " +
          (list.next_update() ? ca::text_of(list.next_update()->instant) : std::string("none"))};
  for (const ca::ListedRevocation& entry : list.entries()) {
    lines.push_back("Revoked: " + base::to_hex(entry.serial));
  }
  return lines;
}

}  // namespace ceremony
