#include "ca/issuer.h"

#include <algorithm>

#include "ca/certificate_lint.h"
#include "ca/der.h"
#include "ca/ocsp_response_lint.h"
#include "ca/public_key.h"
#include "ca/revocation_list_lint.h"
#include "ca/signature_algorithm.h"

namespace ca {

namespace {

bool stands_against(const base::Finding& finding, const std::vector<std::string>& accepted) {
  if (finding.severity == base::Severity::kNotice) {
    return false;
  }
  return finding.severity == base::Severity::kError ||
         std::find(accepted.begin(), accepted.end(), finding.rule) == accepted.end();
}

// What of the findings refuses a signature, as one error.
base::Result<void> refuse_on(const base::Findings& findings,
                             const std::vector<std::string>& accepted) {
  const base::Finding* first = nullptr;
  std::size_t count = 0;
  for (const base::Finding& finding : findings) {
    if (stands_against(finding, accepted)) {
      first = first == nullptr ? &finding : first;
      ++count;
    }
  }
  if (first == nullptr) {
    return {};
  }
  std::string message =
      "nothing was signed: " + first->message + " [" + first->rule + "; " + first->source + "]";
  if (count > 1) {
    message += " (" + std::to_string(count) + " findings stand against it in all)";
  }
  return base::Error{base::ErrorCode::kRefusedByPolicy, std::move(message)};
}

base::Error not_what_was_agreed(const char* what) {
  return base::Error{base::ErrorCode::kInconsistent,
                     std::string("what came back from the key is not what was agreed: ") + what +
                         "; destroy it, and look for the fault before anything else is signed"};
}

// A signature on to-be-signed bytes. The lint of the whole verifies it.
base::Result<base::Bytes> sign_bytes(base::ByteView tbs,
                                     const base::Bytes& issuer_key,
                                     Signer& signer) {
  const base::Result<bool> same = is_same_public_key(signer.public_key_info(), issuer_key);
  if (!same || !*same) {
    return base::Error{base::ErrorCode::kRefusedByPolicy,
                       "nothing was signed: the key at hand is not the key of the issuer's "
                       "certificate; use the right key or the right certificate"};
  }
  return signer.sign(tbs);
}

// What the lint says of the whole, once it is signed.
base::Result<void> judge_signed(const base::Findings& findings,
                                const std::vector<std::string>& accepted) {
  if (may_be_signed(findings, accepted)) {
    return {};
  }
  const bool is_signature = std::ranges::any_of(findings, [](const base::Finding& finding) {
    return finding.rule == kSignatureInvalid || finding.rule == kCrlSignatureInvalid ||
           finding.rule == kOcspSignatureInvalid;
  });
  return not_what_was_agreed(is_signature ? "the signature does not fit"
                                          : "signed, it no longer passes the lint");
}

// The CRL with its signature, in the memory of the one without.
base::Bytes with_signature(RevocationList unsigned_form, base::ByteView signature) {
  const base::Bytes algorithm = unsigned_form.inner_algorithm();
  const std::size_t size = unsigned_form.tbs().size();
  base::Bytes bytes = std::move(unsigned_form).take_der();
  const base::ByteView whole = bytes;
  const auto offset = first_value(contents_of(whole)).data() - whole.data();
  bytes.erase(bytes.begin(), bytes.begin() + offset);
  bytes.resize(size);
  return seal(std::move(bytes), {.algorithm = algorithm, .signature = signature});
}

// SHA-256 by OpenSSL, which is five times as fast as base::sha256() where the processor helps.
base::Bytes digest_of(base::ByteView bytes) {
  base::Bytes digest(EVP_MAX_MD_SIZE);
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
  digest.resize(size);
  return digest;
}

// What is wrong with the request; a key that a predecessor keeps has been seen with it.
base::Findings request_findings(const SubordinateParts& parts, const KeyRegistry& seen) {
  base::Findings findings = parts.request.check(seen);
  if (parts.predecessor == nullptr || !keeps_key(parts.predecessor->succession)) {
    return findings;
  }
  const base::Result<bool> same = is_same_public_key(
      parts.request.public_key_info(), parts.predecessor->certificate.public_key_info());
  if (same && *same) {
    std::erase_if(findings, [](const base::Finding& finding) {
      return finding.rule == kRequestKeyAlreadyUsed;
    });
  }
  return findings;
}

bool same_bytes(base::ByteView one, base::ByteView other) {
  return std::equal(one.begin(), one.end(), other.begin(), other.end());
}

}  // namespace

bool may_be_signed(const base::Findings& findings, const std::vector<std::string>& accepted) {
  return refuse_on(findings, accepted).ok();
}

base::Findings CertificateDraft::lint(const Certificate& certificate, LintStage stage) const {
  CertificateLintContext context{
      .profile = &profile_, .issuer = issuer_ ? &*issuer_ : nullptr, .stage = stage};
  if (!predecessor_) {
    return lint_certificate(certificate, context);
  }
  const Predecessor predecessor{.succession = succession_, .certificate = *predecessor_};
  context.predecessor = &predecessor;
  return lint_certificate(certificate, context);
}

void CertificateDraft::follow(const Predecessor* predecessor) {
  if (predecessor != nullptr) {
    predecessor_ = predecessor->certificate;
    succession_ = predecessor->succession;
  }
}

base::Result<CertificateDraft> CertificateDraft::of(const TbsCertificate& tbs,
                                                    const CertificateProfile& profile) {
  const base::Bytes bytes = encode(tbs);
  // By now the builder has made every part itself or copied it from what was parsed, so a failure
  // here is a name or key of the request that OpenSSL reads only there.
  base::Result<Certificate> form = Certificate::parse(
      assemble({.tbs = bytes, .algorithm = tbs.algorithm, .signature = base::ByteView()}));
  if (!form) {
    return form.error();
  }
  return CertificateDraft(std::move(*form), profile);
}

base::Result<CertificateDraft> CertificateDraft::of_root(const CertificateProfile& profile,
                                                         const CertificatePlan& plan,
                                                         base::ByteView public_key_info,
                                                         const Predecessor* predecessor) {
  const base::Result<TbsCertificate> tbs = build_root(profile, plan, public_key_info, predecessor);
  if (!tbs) {
    return tbs.error();
  }
  base::Result<CertificateDraft> draft = of(*tbs, profile);
  if (draft) {
    draft->follow(predecessor);
    draft->accepted_ = plan.accepted;
    draft->findings_ = draft->lint(draft->unsigned_form_, LintStage::kDraft);
  }
  return draft;
}

base::Result<CertificateDraft> CertificateDraft::of_subordinate(const SubordinateParts& parts,
                                                                const KeyRegistry& seen) {
  const base::Result<TbsCertificate> tbs = build_subordinate(parts);
  if (!tbs) {
    return tbs.error();
  }
  base::Result<CertificateDraft> draft = of(*tbs, parts.profile);
  if (draft) {
    draft->issuer_ = parts.issuer;
    draft->follow(parts.predecessor);
    draft->accepted_ = parts.plan.accepted;
    draft->request_findings_ = request_findings(parts, seen);
    draft->findings_ = draft->request_findings_;
    const base::Findings lint = draft->lint(draft->unsigned_form_, LintStage::kDraft);
    draft->findings_.insert(draft->findings_.end(), lint.begin(), lint.end());
  }
  return draft;
}

base::Result<base::Bytes> sign_draft(const CertificateDraft& draft, Signer& signer) {
  const Certificate& form = draft.unsigned_form_;
  for (const base::Findings& findings :
       {draft.request_findings_, draft.lint(form, LintStage::kDraft)}) {
    if (const base::Result<void> fine = refuse_on(findings, draft.accepted_); !fine) {
      return fine.error();
    }
  }
  const base::Bytes& issuer_key =
      draft.issuer_ ? draft.issuer_->public_key_info() : form.public_key_info();
  return sign_bytes(form.tbs(), issuer_key, signer);
}

base::Result<Certificate> finish_certificate(const CertificateDraft& draft,
                                             base::ByteView signature) {
  const Certificate& form = draft.unsigned_form_;
  base::Result<Certificate> certificate = Certificate::parse(
      assemble({.tbs = form.tbs(), .algorithm = form.inner_algorithm(), .signature = signature}));
  if (!certificate || !same_bytes(certificate->tbs(), form.tbs())) {
    return not_what_was_agreed("the certificate is another one");
  }
  const base::Result<void> fine =
      judge_signed(draft.lint(*certificate, LintStage::kSigned), draft.accepted_);
  return fine ? std::move(certificate) : base::Result<Certificate>(fine.error());
}

base::Result<Certificate> sign_certificate(const CertificateDraft& draft, Signer& signer) {
  const base::Result<base::Bytes> signature = sign_draft(draft, signer);
  return signature ? finish_certificate(draft, *signature)
                   : base::Result<Certificate>(signature.error());
}

base::Findings RevocationListDraft::lint(const RevocationList& list, LintStage stage) const {
  return lint_revocation_list(list,
                              {.profile = &terms_.profile,
                               .issuer = &terms_.issuer,
                               .stage = stage,
                               .known_number = terms_.plan.known_number,
                               .expected = &expected_});
}

RevocationListDraft::RevocationListDraft(RevocationList unsigned_form,
                                         Revocations expected,
                                         Terms terms)
    : unsigned_form_(std::move(unsigned_form)),
      expected_(std::move(expected)),
      terms_(std::move(terms)),
      agreed_(digest_of(unsigned_form_.tbs())),
      findings_(lint(unsigned_form_, LintStage::kDraft)) {}

base::Result<RevocationListDraft> RevocationListDraft::of(RevocationListParts parts) {
  Terms terms{.profile = parts.profile, .plan = parts.plan, .issuer = parts.issuer};
  base::Result<BuiltRevocationList> built = build_revocation_list(std::move(parts));
  if (!built) {
    return built.error();
  }
  const base::Bytes algorithm = built->tbs.algorithm;
  base::Result<RevocationList> form = RevocationList::parse(
      seal(encode(std::move(built->tbs)), {.algorithm = algorithm, .signature = {}}));
  if (!form) {
    return form.error();
  }
  return RevocationListDraft(std::move(*form), std::move(built->entries), std::move(terms));
}

base::Result<RevocationList> sign_revocation_list(RevocationListDraft draft, Signer& signer) {
  const std::vector<std::string>& accepted = draft.terms_.plan.accepted;
  if (const base::Result<void> fine =
          refuse_on(draft.lint(draft.unsigned_form_, LintStage::kDraft), accepted);
      !fine) {
    return fine.error();
  }
  const base::Bytes& issuer_key = draft.terms_.issuer.public_key_info();
  const base::Result<base::Bytes> signature =
      sign_bytes(draft.unsigned_form_.tbs(), issuer_key, signer);
  if (!signature) {
    return signature.error();
  }
  base::Result<RevocationList> list =
      RevocationList::parse(with_signature(std::move(draft.unsigned_form_), *signature));
  if (!list || digest_of(list->tbs()) != draft.agreed_) {
    return not_what_was_agreed("the CRL is another one");
  }
  const base::Result<void> fine = judge_signed(draft.lint(*list, LintStage::kSigned), accepted);
  return fine ? std::move(list) : base::Result<RevocationList>(fine.error());
}

base::Findings OcspResponseDraft::lint(const OcspResponse& response, LintStage stage) const {
  return lint_ocsp_response(response,
                            {.profile = &profile_,
                             .issuer = &issuer_,
                             .certificate = &certificate_,
                             .list = &list_,
                             .stage = stage});
}

OcspResponseDraft::OcspResponseDraft(OcspResponse unsigned_form, const OcspResponseParts& parts)
    : unsigned_form_(std::move(unsigned_form)),
      profile_(parts.profile),
      issuer_(parts.issuer),
      certificate_(parts.certificate),
      list_(parts.list),
      findings_(lint(unsigned_form_, LintStage::kDraft)) {}

base::Result<OcspResponseDraft> OcspResponseDraft::of(const OcspResponseParts& parts) {
  const base::Result<TbsOcspResponse> tbs = build_ocsp_response(parts);
  const base::Result<Algorithm> algorithm =
      tbs ? algorithm_of_public_key(parts.issuer.public_key_info())
          : base::Result<Algorithm>(tbs.error());
  if (!algorithm) {
    return algorithm.error();
  }
  const base::Bytes bytes = encode(*tbs);
  const base::Bytes identifier = signature_algorithm_of(*algorithm);
  base::Result<OcspResponse> form = OcspResponse::parse(seal_ocsp_response(
      {.tbs = bytes, .algorithm = identifier, .signature = {}, .certificates = {}}));
  if (!form) {
    return form.error();
  }
  return OcspResponseDraft(std::move(*form), parts);
}

base::Result<OcspResponse> sign_ocsp_response(const OcspResponseDraft& draft, Signer& signer) {
  const OcspResponse& form = draft.unsigned_form_;
  if (const base::Result<void> fine = refuse_on(draft.lint(form, LintStage::kDraft), {}); !fine) {
    return fine.error();
  }
  const base::Result<base::Bytes> signature =
      sign_bytes(form.tbs(), draft.issuer_.public_key_info(), signer);
  if (!signature) {
    return signature.error();
  }
  base::Result<OcspResponse> response =
      OcspResponse::parse(seal_ocsp_response({.tbs = form.tbs(),
                                              .algorithm = form.algorithm(),
                                              .signature = *signature,
                                              .certificates = {}}));
  if (!response || !same_bytes(response->tbs(), form.tbs())) {
    return not_what_was_agreed("the OCSP response is another one");
  }
  const base::Result<void> fine = judge_signed(draft.lint(*response, LintStage::kSigned), {});
  if (!fine) {
    return fine.error();
  }
  const base::Result<void> believed = response->believed_under(draft.issuer_);
  return believed ? std::move(response) : base::Result<OcspResponse>(believed.error());
}

}  // namespace ca
