#include "ceremony/request_page.h"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include "base/digest.h"
#include "ca/extension.h"
#include "ca/extension_text.h"
#include "ca/signature_algorithm.h"
#include "ca/weak_key.h"
#include "ceremony/page_parts.h"
#include "ceremony/report.h"
#include "ceremony/script_page_style.h"

namespace ceremony {

namespace {

constexpr std::string_view kReviewStyle = R"css(
h1 { font-size: 18pt; }
.request { break-before: page; }
.request:first-of-type { break-before: auto; }
.request h2 { font-size: 15pt; margin-bottom: 1mm; overflow-wrap: anywhere; }
.verdict { font-weight: 700; padding: 2mm 3mm; border: 1pt solid #1f5f3a; background: #e3f5ea;
  margin: 2mm 0 3mm; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
.verdict.against { border-color: #9b1c1c; background: #fde8e8; }
.findings { list-style: none; padding: 0; margin: 0 0 4mm; }
.findings li { border-left: 2.4pt solid #8a94a1; padding: .4mm 0 .4mm 2.4mm; margin-bottom: 1.6mm;
  overflow-wrap: anywhere; }
.findings .error { border-color: #9b1c1c; }
.findings .warning { border-color: #b97a00; }
.findings b { text-transform: uppercase; letter-spacing: .04em; font-size: 7.6pt;
  margin-right: 1mm; }
.findings .error b { color: #9b1c1c; }
.findings .warning b { color: #8a5a00; }
.rule { color: #555e69; font-size: 8pt; white-space: normal; }
.review { table-layout: fixed; }
.review td, .review th { overflow-wrap: anywhere; }
.review thead th:nth-child(1) { width: 30mm; }
.review tbody th { background: #f1f4f8; font-size: 8.5pt; font-weight: 600;
  -webkit-print-color-adjust: exact; print-color-adjust: exact; }
.review .why { font-size: 8.5pt; color: #3b444f; }
.review .none { color: #737d89; }
.review .left-out td:nth-child(2) { color: #737d89; text-decoration: line-through; }
.compared { padding-left: 5mm; }
.review code, .facts code { font-size: 7.6pt; }
@media screen { body { max-width: 1080px; padding: 8mm; } .facts th { width: 190px; }
  body { font-size: 15px; } .review tbody th, .review .why, .facts th { font-size: 14px; }
  .words, .review code, .facts code { font-size: 13px; } .rule, thead th { font-size: 13px; }
  .review thead th:nth-child(1) { width: 170px; } .findings b { font-size: 12px; } }
)css";

// A line of the table: what the request asks, what will be signed, and why; all HTML but the first.
struct ReviewRow {
  std::string what;
  std::string asks;
  std::string signs;
  std::string why;
  bool is_left_out = false;  // asked for and not signed
};

std::string nothing(const char* word = "nothing") {
  return tagged("span", "class=\"none\"", word);
}

std::string comma_list(const std::vector<std::string>& values) {
  std::string text;
  for (const std::string& value : values) {
    text.append(text.empty() ? "" : ", ").append(value);
  }
  return text;
}

// "Profile 2.1: ", how the third column refers to it; the whole stands above the table.
std::string section_of(const ca::CertificateProfile& profile) {
  const std::string& section = profile.policy.section;
  return "Profile " + section.substr(0, section.find(' ')) + ": ";
}

// "subjectKeyIdentifier" as people read it, and as lines can be broken.
std::string words_of(const std::string& name) {
  std::string words;
  for (const char c : name) {
    const bool is_capital = c >= 'A' && c <= 'Z';
    words.append(is_capital && !words.empty() ? " " : "");
    words.push_back(is_capital ? static_cast<char>(c - 'A' + 'a') : c);
  }
  return words;
}

std::string extension_html(const ca::Extension& extension) {
  return escaped_html(ca::text_of(extension)) +
         (extension.criticality == ca::Criticality::kCritical ? " (critical)" : "");
}

const char* said_of(ca::Presence presence) {
  switch (presence) {
    case ca::Presence::kAbsent:
      return "none is allowed.";
    case ca::Presence::kOptional:
      return "the plan may give it.";
    case ca::Presence::kRequired:
      return "the plan must give it.";
  }
  return "";
}

// The extensions whose content the plan decides.
struct PlannedExtension {
  std::string_view oid;
  ca::Presence ca::CertificateRules::*presence;
};
constexpr std::array kPlannedExtensions{
    PlannedExtension{ca::oid::kCertificatePolicies, &ca::CertificateRules::policies},
    PlannedExtension{ca::oid::kCrlDistributionPoints,
                     &ca::CertificateRules::crl_distribution_points},
    PlannedExtension{ca::oid::kAuthorityInformationAccess, &ca::CertificateRules::ca_issuers}};

const PlannedExtension* planned_extension(std::string_view oid) {
  const auto* const found = std::ranges::find(kPlannedExtensions, oid, &PlannedExtension::oid);
  return found == kPlannedExtensions.end() ? nullptr : found;
}

struct Reason {
  std::string_view oid;
  std::string_view why;
};
constexpr std::array kReasons{
    Reason{ca::oid::kBasicConstraints, "whether it is a CA, and how many CAs may come below it."},
    Reason{ca::oid::kKeyUsage, "exactly these uses of the key."},
    Reason{ca::oid::kExtendedKeyUsage, "exactly these purposes."},
    Reason{ca::oid::kSubjectKeyIdentifier, "made from the key, by the method of the profile."},
    Reason{ca::oid::kAuthorityKeyIdentifier,
           "the key identifier of the issuer's certificate, and nothing else."},
    Reason{ca::oid::kOcspNoCheck, "a responder's certificate is not asked about."}};

std::string reason_for(const ca::CertificateProfile& profile, std::string_view oid) {
  const std::string section = escaped_html(section_of(profile));
  if (const PlannedExtension* const planned = planned_extension(oid)) {
    return section + said_of(profile.certificate.*planned->presence);
  }
  const auto* const found = std::ranges::find(kReasons, oid, &Reason::oid);
  return section + (found == kReasons.end() ? std::string("the profile has this extension.")
                                            : std::string(found->why));
}

const ca::Extension* requested(const ReviewedRequest& one, std::string_view oid) {
  const auto& list = one.request->requested_extensions();
  const auto found = std::ranges::find(list, oid, &ca::Extension::oid);
  return found == list.end() ? nullptr : &*found;
}

std::string asks_for(const ca::Extension* asked) {
  return asked == nullptr ? nothing() : extension_html(*asked);
}

// What stands in an extension of the certificate, as far as it is known.
std::string signs_of(const ReviewedRequest& one, const ca::Extension& extension) {
  if (!one.is_planned && planned_extension(extension.oid) != nullptr) {
    return "what the plan gives";
  }
  if (!one.is_issuer_known && extension.oid == ca::oid::kAuthorityKeyIdentifier) {
    return "that of the issuer";
  }
  return extension_html(extension);
}

ReviewRow signed_extension_row(const ReviewedRequest& one, const ca::Extension& extension) {
  const ca::Extension* const asked = requested(one, extension.oid);
  ReviewRow row{.what = words_of(ca::name_of_oid(extension.oid)),
                .asks = asks_for(asked),
                .signs = signs_of(one, extension),
                .why = reason_for(*one.profile, extension.oid)};
  if (asked != nullptr) {
    row.is_left_out = *asked != extension;
    row.why += row.is_left_out ? " What the request asks for is not copied."
                               : " The request asks for the same.";
  }
  return row;
}

ReviewRow unsigned_extension_row(const ReviewedRequest& one, const ca::Extension& asked) {
  return {.what = words_of(ca::name_of_oid(asked.oid)),
          .asks = extension_html(asked),
          .signs = nothing(),
          .why = escaped_html(section_of(*one.profile)) +
                 "such an extension is not in it, so it is not copied.",
          .is_left_out = true};
}

// What the profile leaves to a plan that is not known here.
std::vector<ReviewRow> undecided_rows(const ReviewedRequest& one) {
  std::vector<ReviewRow> rows;
  for (const PlannedExtension& each : kPlannedExtensions) {
    const bool is_open = one.profile->certificate.*each.presence == ca::Presence::kOptional;
    if (!one.is_planned && is_open && one.certificate->find(each.oid) == nullptr) {
      rows.push_back({.what = words_of(ca::name_of_oid(each.oid)),
                      .asks = asks_for(requested(one, each.oid)),
                      .signs = "what the plan gives, or nothing",
                      .why = reason_for(*one.profile, each.oid),
                      .is_left_out = requested(one, each.oid) != nullptr});
    }
  }
  return rows;
}

std::vector<ReviewRow> extension_rows(const ReviewedRequest& one) {
  std::vector<ReviewRow> rows;
  for (const ca::Extension& extension : one.certificate->extensions()) {
    rows.push_back(signed_extension_row(one, extension));
  }
  const std::vector<ReviewRow> undecided = undecided_rows(one);
  rows.insert(rows.end(), undecided.begin(), undecided.end());
  for (const ca::Extension& asked : one.request->requested_extensions()) {
    const std::string name = words_of(ca::name_of_oid(asked.oid));
    const bool is_there = std::ranges::any_of(
        rows, [&](const ReviewRow& row) { return row.what == name && row.asks != nothing(); });
    if (!is_there) {
      rows.push_back(unsigned_extension_row(one, asked));
    }
  }
  return rows;
}

ReviewRow subject_row(const ReviewedRequest& one) {
  const ca::CertificateRules& rules = one.profile->certificate;
  const bool from_plan = rules.subject_source == ca::SubjectSource::kPlan;
  return {.what = "Name of the subject",
          .asks = escaped_html(one.request->subject().text()),
          .signs = from_plan && !one.is_planned ? std::string("what the plan gives")
                                                : escaped_html(one.certificate->subject().text()),
          .why = escaped_html(section_of(*one.profile) +
                              (from_plan ? "the name comes from the plan."
                                         : "the name of the request is taken "
                                           "byte for byte.") +
                              " It must have " + comma_list(rules.subject_required) +
                              ", and may have " + comma_list(rules.subject_allowed) + ".")};
}

ReviewRow validity_row(const ReviewedRequest& one) {
  const bool has_end = one.profile->end == ca::End::kPlan;
  const std::string most =
      !has_end ? "without an end"
               : "at most " + std::to_string(one.profile->longest.count()) + " days";
  const ca::Validity validity = one.certificate->validity();
  return {.what = "Valid, both days included",
          .asks = nothing("cannot ask"),
          .signs = one.is_planned ? escaped_html(ca::text_of(validity.not_before) + " to " +
                                                 ca::text_of(validity.not_after))
                                  : "the dates of the plan, " + most,
          .why = escaped_html(section_of(*one.profile)) + most +
                 (has_end ? ", within the issuer's own dates." : ".")};
}

// What is decided apart from the extensions.
std::vector<ReviewRow> field_rows(const ReviewedRequest& one) {
  const base::Bytes& key = one.request->public_key_info();
  return {subject_row(one),
          {.what = "Name of the issuer",
           .asks = nothing("cannot ask"),
           .signs = one.is_issuer_known ? escaped_html(one.certificate->issuer().text())
                                        : std::string("the CA that signs"),
           .why = "Byte for byte as in the issuer's certificate (RFC 5280 section 4.1.2.4)."},
          {.what = "Serial number",
           .asks = nothing("cannot ask"),
           .signs = "0x01 and 128 random bits, drawn in the ceremony",
           .why = "Nobody can guess it (BR 7.1); it is drawn and shown before anything is signed."},
          validity_row(one),
          {.what = "Public key",
           .asks = escaped_html(ca::key_kind_of(key)) + "<br>" +
                   tagged("code", "", base::sha256_hex(key)),
           .signs = "the same key",
           .why = escaped_html(section_of(*one.profile) +
                               "kinds of key: " + comma_list(one.profile->certificate.key_kinds) +
                               ". The request is signed with it, so its sender has it.")},
          {.what = "Signature",
           .asks = "its own, as a proof",
           .signs = one.is_issuer_known ? escaped_html(ca::name_of_signature_algorithm(
                                              one.certificate->inner_algorithm()))
                                        : std::string("that of the issuer's key"),
           .why = "The algorithm that belongs to the issuer's key."}};
}

std::string row_html(const ReviewRow& row) {
  return tagged("tr",
                row.is_left_out ? "class=\"left-out\"" : "",
                tagged("th", "scope=\"row\"", escaped_html(row.what)) + table_cell(row.asks) +
                    table_cell(row.signs) + table_cell(row.why, "why"));
}

std::string review_table(const ReviewedRequest& one) {
  std::string html =
      "<table class=\"review\"><thead><tr><th>Part</th><th>The request asks for</th>"
      "<th>You will sign</th><th>Why</th></tr></thead><tbody>";
  for (const std::vector<ReviewRow>& rows : {field_rows(one), extension_rows(one)}) {
    for (const ReviewRow& row : rows) {
      html += row_html(row);
    }
  }
  return html + "</tbody></table>";
}

std::string finding_html(const base::Finding& finding) {
  const std::string name(base::name_of(finding.severity));
  return tagged("li",
                "class=\"" + name + "\"",
                tagged("b", "", name) + escaped_html(finding.message) + " " +
                    tagged("span",
                           "class=\"rule\"",
                           escaped_html("[" + finding.rule + "; " + finding.source + "]")));
}

// The worst first.
std::string findings_html(base::Findings findings) {
  std::ranges::stable_sort(findings, std::ranges::greater(), &base::Finding::severity);
  std::string html;
  for (const base::Finding& finding : findings) {
    html += finding_html(finding);
  }
  return html.empty() ? html : tagged("ul", "class=\"findings\"", html);
}

std::string verdict_html(const base::Findings& findings) {
  if (!ca::is_acceptable(findings)) {
    return "<p class=\"verdict against\">This will not be signed as it is.</p>";
  }
  const bool has_warning = std::ranges::any_of(findings, [](const base::Finding& finding) {
    return finding.severity == base::Severity::kWarning;
  });
  return has_warning ? "<p class=\"verdict against\">Somebody must decide about the warning.</p>"
                     : "<p class=\"verdict\">Nothing stands against signing.</p>";
}

std::string request_facts(const ReviewedRequest& one) {
  std::string rows = fact_row("SHA-256 of the file, in 32 words",
                              one.file_sha256.empty() ? std::string("too large to be a request")
                                                      : digest_html(one.file_sha256));
  if (one.request != nullptr) {
    rows +=
        fact_row("SHA-256 of its DER", tagged("code", "", base::digest_hex(one.request->digest())));
  }
  if (one.profile != nullptr) {
    const ca::PolicyReference& policy = one.profile->policy;
    rows += fact_row(
        "Profile",
        escaped_html(one.profile->name + ": " + one.profile->title + " (" + policy.document + " " +
                     policy.version + ", section " + policy.section + ")"));
  }
  return "<table class=\"facts\"><tbody>" + rows + "</tbody></table>";
}

std::string request_html(const ReviewedRequest& one) {
  std::string html = tagged("h2", "", escaped_html(one.file)) + verdict_html(*one.findings) +
                     findings_html(*one.findings) + request_facts(one);
  if (one.request != nullptr && one.certificate != nullptr) {
    html += "<h3>What becomes of it</h3>" + review_table(one);
  }
  return tagged("section", "class=\"request\"", html);
}

}  // namespace

std::string request_page(const std::vector<ReviewedRequest>& requests,
                         const std::vector<std::string>& compared) {
  std::string body;
  for (const ReviewedRequest& one : requests) {
    body += request_html(one);
  }
  std::string list;
  for (const std::string& line : compared) {
    list += tagged("li", "", escaped_html(line));
  }
  return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
         "'unsafe-inline'\"><title>Requests, before they are signed</title><style>" +
         std::string(kScriptPageStyle) + std::string(kReviewStyle) +
         "</style></head><body><header><p class=\"kind\">Review of requests</p>"
         "<h1>What is asked, what will be signed, and why</h1>"
         "<p class=\"not-record\">Made from the files that were named, on somebody's own computer, "
         "before the ceremony. It is not a record and proves nothing: compare the words of each "
         "digest with the sender, and again with the plan.</p><p>Compared with:</p>" +
         tagged("ul", "class=\"compared\"", list) + "</header>" + body + "</body></html>\n";
}

}  // namespace ceremony
