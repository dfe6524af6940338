#include "ca/issuer.h"

#include <algorithm>

#include "ca/certificate_lint.h"
#include "ca/public_key.h"
#include "ca/revocation_list_lint.h"

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

// Signs to-be-signed bytes and gives the whole; verified before anything else looks at it.
template <typename Form>  // Certificate or RevocationList
base::Result<base::Bytes> sign_bytes(const Form& form,
                                     const base::Bytes& issuer_key,
                                     Signer& signer) {
  const base::ByteView tbs = form.tbs();
  const base::Result<bool> same = is_same_public_key(signer.public_key_info(), issuer_key);
  if (!same || !*same) {
    return base::Error{base::ErrorCode::kRefusedByPolicy,
                       "nothing was signed: the key at hand is not the key of the issuer's "
                       "certificate; use the right key or the right certificate"};
  }
  const base::Result<base::Bytes> signature = signer.sign(tbs);
  if (!signature) {
    return signature.error();
  }
  if (!verify_signature({.public_key_info = issuer_key, .message = tbs, .signature = *signature})) {
    return not_what_was_agreed("the signature does not fit");
  }
  return assemble({.tbs = tbs, .algorithm = form.inner_algorithm(), .signature = *signature});
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

base::Result<Certificate> sign_certificate(const CertificateDraft& draft, Signer& signer) {
  const Certificate& form = draft.unsigned_form_;
  for (const base::Findings& findings :
       {draft.request_findings_, draft.lint(form, LintStage::kDraft)}) {
    if (const base::Result<void> fine = refuse_on(findings, draft.accepted_); !fine) {
      return fine.error();
    }
  }
  const base::Bytes& issuer_key =
      draft.issuer_ ? draft.issuer_->public_key_info() : form.public_key_info();
  const base::Result<base::Bytes> whole = sign_bytes(form, issuer_key, signer);
  if (!whole) {
    return whole.error();
  }
  base::Result<Certificate> certificate = Certificate::parse(*whole);
  if (!certificate || !same_bytes(certificate->tbs(), form.tbs()) ||
      !certificate->verify_with(issuer_key)) {
    return not_what_was_agreed("the certificate is another one");
  }
  if (!may_be_signed(draft.lint(*certificate, LintStage::kSigned), draft.accepted_)) {
    return not_what_was_agreed("signed, it no longer passes the lint");
  }
  return certificate;
}

base::Findings RevocationListDraft::lint(const RevocationList& list, LintStage stage) const {
  return lint_revocation_list(list,
                              {.profile = &profile_,
                               .issuer = &issuer_,
                               .stage = stage,
                               .known_number = plan_.known_number,
                               .expected = &expected_});
}

base::Result<RevocationListDraft> RevocationListDraft::of(const RevocationListParts& parts) {
  const base::Result<TbsRevocationList> tbs = build_revocation_list(parts);
  if (!tbs) {
    return tbs.error();
  }
  base::Result<std::vector<Revocation>> expected = select_entries(parts);
  if (!expected) {
    return expected.error();
  }
  const base::Bytes bytes = encode(*tbs);
  base::Result<RevocationList> form = RevocationList::parse(
      assemble({.tbs = bytes, .algorithm = tbs->algorithm, .signature = base::ByteView()}));
  if (!form) {
    return form.error();
  }
  RevocationListDraft draft(std::move(*form), parts);
  draft.expected_ = std::move(*expected);
  draft.findings_ = draft.lint(draft.unsigned_form_, LintStage::kDraft);
  return draft;
}

base::Result<RevocationList> sign_revocation_list(const RevocationListDraft& draft,
                                                  Signer& signer) {
  const RevocationList& form = draft.unsigned_form_;
  const std::vector<std::string>& accepted = draft.plan_.accepted;
  if (const base::Result<void> fine = refuse_on(draft.lint(form, LintStage::kDraft), accepted);
      !fine) {
    return fine.error();
  }
  const base::Bytes& issuer_key = draft.issuer_.public_key_info();
  const base::Result<base::Bytes> whole = sign_bytes(form, issuer_key, signer);
  if (!whole) {
    return whole.error();
  }
  base::Result<RevocationList> list = RevocationList::parse(*whole);
  if (!list || !same_bytes(list->tbs(), form.tbs()) || !list->verify_with(issuer_key)) {
    return not_what_was_agreed("the CRL is another one");
  }
  if (!may_be_signed(draft.lint(*list, LintStage::kSigned), accepted)) {
    return not_what_was_agreed("signed, it no longer passes the lint");
  }
  return list;
}

}  // namespace ca
