#include "ca/ocsp_response_lint.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "ca/certificate_builder.h"
#include "ca/certificate_lint_rule.h"
#include "ca/ocsp_response_builder.h"
#include "ca/revocation_reason.h"
#include "ca/signature_algorithm.h"

namespace ca {

namespace {

using Objection = std::optional<std::string>;

// What a check looks at. Without exactly one answer `answer` is nullptr, which a rule of its own
// tells.
struct OcspSubject {
  const OcspResponse& response;
  const OcspResponseLintContext& context;
  const OcspAnswer* answer;
};

// A row: `check` gives the message of the finding, or nothing when all is well.
struct OcspRule {
  LintRule rule;
  Objection (*check)(const OcspSubject& subject);
};

Objection check_ocsp_version(const OcspSubject& subject) {
  return complain_if(subject.response.has_version(),
                     "The response writes its version; version 1 is written by leaving it out, and "
                     "there is no other.");
}

Objection check_ocsp_algorithm(const OcspSubject& subject) {
  return complain_if(!is_accepted_signature_algorithm(subject.response.algorithm()),
                     "The response is signed with " +
                         name_of_signature_algorithm(subject.response.algorithm()) +
                         ", which is not accepted.");
}

Objection check_ocsp_algorithm_of_key(const OcspSubject& subject) {
  if (subject.context.issuer == nullptr ||
      !is_accepted_signature_algorithm(subject.response.algorithm())) {
    return std::nullopt;
  }
  const base::Result<Algorithm> algorithm =
      algorithm_of_public_key(subject.context.issuer->public_key_info());
  return complain_if(
      !algorithm || signature_algorithm_of(*algorithm) != subject.response.algorithm(),
      "The signature algorithm is not the one that belongs to the issuer's key.");
}

Objection check_ocsp_signature(const OcspSubject& subject) {
  const bool waits =
      subject.context.stage == LintStage::kDraft || subject.context.issuer == nullptr;
  return complain_if(
      !waits && !subject.response.verify_with(subject.context.issuer->public_key_info()),
      "The signature was not made by the issuer's key over this response; do not use it.");
}

Objection check_ocsp_issuer_may_sign(const OcspSubject& subject) {
  if (subject.context.issuer == nullptr) {
    return std::nullopt;
  }
  const std::optional<KeyUsage>& usage = subject.context.issuer->known().key_usage;
  return complain_if(usage && !usage->has(KeyUsageBit::kDigitalSignature),
                     "The issuer's certificate does not allow its key to sign OCSP responses "
                     "(digitalSignature); have a responder answer, or make the next root by the "
                     "profile \"root-ocsp\".");
}

Objection check_ocsp_responder(const OcspSubject& subject) {
  if (subject.context.issuer == nullptr) {
    return std::nullopt;
  }
  const base::Bytes expected =
      key_identifier_of(subject.context.issuer->public_key_info(), KeyIdentifierMethod::kSha1);
  return complain_if(
      subject.response.responder_key() != expected,
      "The response does not name its responder by the SHA-1 of the issuer's key, so "
      "clients would look for another signer.");
}

Objection check_ocsp_certificates(const OcspSubject& subject) {
  return complain_if(
      subject.response.certificate_count() != 0,
      "The response carries certificates; whoever asks has that of the issuer, which "
      "signs it, and needs no other.");
}

Objection check_ocsp_nonce(const OcspSubject& subject) {
  const std::vector<std::string>& found = subject.response.extensions();
  return complain_if(std::ranges::find(found, oid::kOcspNonce) != found.end(),
                     "The response has a nonce, and it was made before anybody asked.");
}

Objection check_ocsp_extensions(const OcspSubject& subject) {
  for (const std::string& found : subject.response.extensions()) {
    if (found != oid::kOcspNonce) {
      return "The response has the extension " + name_of_oid(found) + "; it must have none.";
    }
  }
  return std::nullopt;
}

Objection check_ocsp_answer_count(const OcspSubject& subject) {
  return complain_if(subject.answer == nullptr,
                     "The response holds " + std::to_string(subject.response.answers().size()) +
                         " answers; it must hold exactly one.");
}

Objection check_ocsp_answer_extensions(const OcspSubject& subject) {
  return complain_if(subject.answer != nullptr && !subject.answer->extensions.empty(),
                     "The answer has an extension; it must have none.");
}

Objection check_ocsp_hash(const OcspSubject& subject) {
  return complain_if(
      subject.answer != nullptr && subject.answer->certificate.digest != oid::kSha1,
      "The certificate's identifier is not made with SHA-1, with which old clients ask.");
}

Objection check_ocsp_issuer(const OcspSubject& subject) {
  const Certificate* const issuer = subject.context.issuer;
  if (issuer == nullptr || subject.answer == nullptr ||
      subject.answer->certificate.digest != oid::kSha1) {
    return std::nullopt;  // another digest has a rule of its own
  }
  const OcspCertificateId& found = subject.answer->certificate;
  return complain_if(found.der != encode_certificate_id(*issuer, found.serial),
                     "The answer is about a certificate of another issuer: the digest of its name "
                     "or of its key is not that of this one.");
}

Objection check_ocsp_serial(const OcspSubject& subject) {
  return complain_if(
      subject.answer != nullptr && subject.context.certificate != nullptr &&
          subject.answer->certificate.serial != subject.context.certificate->serial(),
      "The answer is about another serial number than that of the certificate.");
}

Objection check_ocsp_date_form(const OcspSubject& subject) {
  const auto is_odd = [](const std::optional<OcspTime>& time) {
    return time && !time->is_by_the_rule;
  };
  return complain_if(
      is_odd(subject.response.produced_at()) ||
          (subject.answer != nullptr &&
           (is_odd(subject.answer->this_update) || is_odd(subject.answer->next_update) ||
            is_odd(subject.answer->revoked_at))),
      "A date of the response is not written with seconds, without fractions, and with Z.");
}

Objection check_ocsp_next_update(const OcspSubject& subject) {
  return complain_if(subject.answer != nullptr && !subject.answer->next_update,
                     "The answer does not say until when it counts (nextUpdate), so anybody could "
                     "show it for ever.");
}

Objection check_ocsp_dates_order(const OcspSubject& subject) {
  return complain_if(
      subject.answer != nullptr && subject.answer->next_update &&
          subject.answer->next_update->instant <= subject.answer->this_update.instant,
      "The answer ends before it begins; correct the dates.");
}

Objection check_ocsp_length(const OcspSubject& subject) {
  if (subject.context.profile == nullptr || subject.answer == nullptr ||
      !subject.answer->next_update) {
    return std::nullopt;
  }
  const std::chrono::seconds length =
      length_of({.not_before = subject.answer->this_update.instant,
                 .not_after = subject.answer->next_update->instant});
  return complain_if(length > subject.context.profile->longest,
                     "The answer would count for " + text_of(length) +
                         ", both ends included, and the profile " + subject.context.profile->name +
                         " allows " +
                         text_of(std::chrono::seconds(subject.context.profile->longest)) + ".");
}

Objection check_ocsp_in_issuer(const OcspSubject& subject) {
  if (subject.context.issuer == nullptr || subject.answer == nullptr) {
    return std::nullopt;
  }
  const Validity issuer = subject.context.issuer->validity();
  const Instant begin = subject.answer->this_update.instant;
  const Instant end = subject.answer->next_update ? subject.answer->next_update->instant : begin;
  return complain_if(begin < issuer.not_before || std::max(begin, end) > issuer.not_after,
                     "The answer would count from " + text_of(begin) + " through " + text_of(end) +
                         ", and its issuer is valid from " + text_of(issuer.not_before) +
                         " through " + text_of(issuer.not_after) + ".");
}

Objection check_ocsp_produced(const OcspSubject& subject) {
  if (subject.answer == nullptr) {
    return std::nullopt;
  }
  const Instant produced = subject.response.produced_at().instant;
  return complain_if(
      produced < subject.answer->this_update.instant ||
          (subject.answer->next_update && produced > subject.answer->next_update->instant),
      "The response was made outside the time for which its answer counts.");
}

Objection check_ocsp_unknown(const OcspSubject& subject) {
  return complain_if(subject.answer != nullptr && subject.answer->status == OcspStatus::kUnknown,
                     "The answer says that the certificate is not known, and the issuer signs only "
                     "about certificates that it has issued.");
}

Objection check_ocsp_revoked_later(const OcspSubject& subject) {
  return complain_if(subject.answer != nullptr && subject.answer->revoked_at &&
                         subject.answer->revoked_at->instant > subject.answer->this_update.instant,
                     "The answer gives a revocation that is later than the answer itself.");
}

Objection check_ocsp_reason_written(const OcspSubject& subject) {
  return complain_if(
      subject.answer != nullptr && subject.answer->reason == std::uint8_t{0},
      "The answer gives the reason \"unspecified\", which is written by giving none.");
}

Objection check_ocsp_reason_missing(const OcspSubject& subject) {
  return complain_if(
      subject.answer != nullptr && subject.answer->status == OcspStatus::kRevoked &&
          !subject.answer->reason,
      "The answer about a revoked CA certificate gives no reason; a publicly trusted "
      "CA has to give one.");
}

Objection check_ocsp_reason_allowed(const OcspSubject& subject) {
  if (subject.context.profile == nullptr || subject.answer == nullptr || !subject.answer->reason ||
      *subject.answer->reason == 0) {
    return std::nullopt;
  }
  const auto name = name_of(static_cast<RevocationReason>(*subject.answer->reason));
  const std::vector<std::string>& allowed = subject.context.profile->list.reasons;
  return complain_if(std::ranges::find(allowed, name) == allowed.end(),
                     "The answer gives a reason that is not allowed: a revocation is for good.");
}

Objection check_ocsp_against_list(const OcspSubject& subject) {
  if (subject.context.list == nullptr || subject.answer == nullptr) {
    return std::nullopt;
  }
  const OcspAnswer& answer = *subject.answer;
  const auto entry = listed_in(*subject.context.list, answer.certificate.serial);
  const bool is_same = entry.has_value() == (answer.status == OcspStatus::kRevoked) &&
                       (!entry || !answer.revoked_at ||
                        (answer.revoked_at->instant == entry->revoked_at.instant &&
                         answer.reason.value_or(0) == entry->reason.value_or(0)));
  return complain_if(!is_same && answer.status != OcspStatus::kUnknown,
                     "The answer says \"" + std::string(name_of(answer.status)) +
                         "\", and the CRL of the same day says otherwise (whether, when or why the "
                         "certificate was revoked); only one of them can be right.");
}

Objection check_ocsp_dates_of_list(const OcspSubject& subject) {
  if (subject.context.list == nullptr || subject.answer == nullptr ||
      !subject.answer->next_update || !subject.context.list->next_update()) {
    return std::nullopt;
  }
  return complain_if(
      subject.answer->this_update.instant != subject.context.list->this_update().instant ||
          subject.answer->next_update->instant != subject.context.list->next_update()->instant,
      "The answer counts for other days than the CRL of the same ceremony.");
}

constexpr std::string_view kOcspSignature = "signatureAlgorithm";
constexpr std::string_view kOcspId = "certID";
constexpr std::string_view kOcspDates = "thisUpdate, nextUpdate";
constexpr std::string_view kOcspReason = "revocationReason";

constexpr std::array kOcspRules{
    OcspRule{{"ocsp-version", kError, "version", "RFC 6960 section 4.2.1"}, check_ocsp_version},
    OcspRule{{"ocsp-signature-algorithm-refused", kError, kOcspSignature, "BR 7.1.3.2"},
             check_ocsp_algorithm},
    OcspRule{{"ocsp-signature-algorithm-not-of-key", kError, kOcspSignature, "BR 7.1.3.2"},
             check_ocsp_algorithm_of_key},
    OcspRule{{kOcspSignatureInvalid, kError, "signature", "RFC 6960 section 3.2"},
             check_ocsp_signature},
    OcspRule{{"ocsp-issuer-may-not-sign", kError, "responderID", "RFC 5280 section 4.2.1.3"},
             check_ocsp_issuer_may_sign},
    OcspRule{{"ocsp-responder-wrong", kError, "responderID", "RFC 6960 section 4.2.2.3"},
             check_ocsp_responder},
    OcspRule{{"ocsp-certificates", kError, "certs", "Conclave DESIGN 4"}, check_ocsp_certificates},
    OcspRule{{"ocsp-nonce", kError, "responseExtensions", "RFC 6960 section 4.4.1"},
             check_ocsp_nonce},
    OcspRule{{"ocsp-extension", kError, "responseExtensions", "RFC 5019 section 2.2.1"},
             check_ocsp_extensions},
    OcspRule{{"ocsp-answer-count", kError, "responses", "RFC 5019 section 2.2.1"},
             check_ocsp_answer_count},
    OcspRule{{"ocsp-answer-extension", kError, "singleExtensions", "Conclave DESIGN 4"},
             check_ocsp_answer_extensions},
    OcspRule{{"ocsp-id-digest", kError, kOcspId, "RFC 5019 section 2.1.1"}, check_ocsp_hash},
    OcspRule{{"ocsp-id-issuer-wrong", kError, kOcspId, "RFC 6960 section 4.1.1"},
             check_ocsp_issuer},
    OcspRule{{"ocsp-id-serial-wrong", kError, kOcspId, "RFC 6960 section 4.1.1"},
             check_ocsp_serial},
    OcspRule{{"ocsp-date-encoding", kError, kOcspDates, "RFC 6960 section 4.2.2.1"},
             check_ocsp_date_form},
    OcspRule{{"ocsp-next-update-missing", kError, "nextUpdate", "RFC 5019 section 2.2.4"},
             check_ocsp_next_update},
    OcspRule{{"ocsp-dates-reversed", kError, kOcspDates, "RFC 6960 section 4.2.2.1"},
             check_ocsp_dates_order},
    OcspRule{{"ocsp-too-long", kError, "nextUpdate", "BR 4.9.10"}, check_ocsp_length},
    OcspRule{{"ocsp-outside-issuer", kError, kOcspDates, "Conclave DESIGN 4"},
             check_ocsp_in_issuer},
    OcspRule{{"ocsp-produced-outside", kError, "producedAt", "RFC 5019 section 2.2.4"},
             check_ocsp_produced},
    OcspRule{{"ocsp-status-unknown", kError, "certStatus", "RFC 6960 section 2.2"},
             check_ocsp_unknown},
    OcspRule{{"ocsp-revocation-in-future", kError, "revocationTime", "Conclave DESIGN 4"},
             check_ocsp_revoked_later},
    OcspRule{{"ocsp-reason-unspecified", kError, kOcspReason, "RFC 5280 section 5.3.1"},
             check_ocsp_reason_written},
    OcspRule{{"ocsp-reason-missing", kNotice, kOcspReason, "BR 7.3"}, check_ocsp_reason_missing},
    OcspRule{{"ocsp-reason-not-allowed", kError, kOcspReason, "BR 7.3"}, check_ocsp_reason_allowed},
    OcspRule{{"ocsp-crl-contradicts", kError, "certStatus", "Conclave DESIGN 4"},
             check_ocsp_against_list},
    OcspRule{{"ocsp-dates-not-of-crl", kError, kOcspDates, "Conclave DESIGN 4"},
             check_ocsp_dates_of_list},
};

}  // namespace

base::Findings lint_ocsp_response(const OcspResponse& response,
                                  const OcspResponseLintContext& context) {
  const OcspSubject subject{
      .response = response,
      .context = context,
      .answer = response.answers().size() == 1 ? &response.answers().front() : nullptr};
  base::Findings findings;
  for (const OcspRule& row : kOcspRules) {
    if (std::optional<std::string> message = row.check(subject)) {
      findings.push_back({.rule = std::string(row.rule.name),
                          .severity = row.rule.severity,
                          .field = std::string(row.rule.field),
                          .source = std::string(row.rule.source),
                          .message = std::move(*message)});
    }
  }
  return findings;
}

std::vector<LintRule> ocsp_response_rules() {
  std::vector<LintRule> rules;
  rules.reserve(kOcspRules.size());
  for (const OcspRule& row : kOcspRules) {
    rules.push_back(row.rule);
  }
  return rules;
}

}  // namespace ca
