// ca/issuer.h - the only way to a signature on a certificate, CRL or OCSP response.
//
// A draft is built and linted before any key is asked; exactly its bytes are signed; what comes
// back is parsed, verified with the issuer's public key, compared byte for byte with the draft and
// linted again; only then it exists for anybody. There is no unlinted path.
// Source: CA/Browser Forum Baseline Requirements 4.3.1.2; DESIGN.md section 4.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/finding.h"
#include "base/result.h"
#include "ca/certificate.h"
#include "ca/certificate_builder.h"
#include "ca/certificate_lint.h"
#include "ca/certificate_profile.h"
#include "ca/ocsp_response.h"
#include "ca/ocsp_response_builder.h"
#include "ca/revocation_list.h"
#include "ca/revocation_list_builder.h"
#include "ca/signer.h"
#include "ca/signing_request.h"
#include "ca/succession.h"
#include "ca/weak_key.h"

namespace ca {

// Whether findings let a signature happen: no error, and no warning whose rule is not in
// `accepted`.
bool may_be_signed(const base::Findings& findings, const std::vector<std::string>& accepted);

// A certificate before its signature: what is shown, agreed to, and then signed.
class CertificateDraft {
 public:
  // A root for the key of the signer to be, or another certificate that signs itself;
  // `predecessor`: the one that it follows. Errors: as build_root(). Findings are no errors here:
  // they are shown, and sign_certificate() refuses.
  static base::Result<CertificateDraft> of_root(const CertificateProfile& profile,
                                                const CertificatePlan& plan,
                                                base::ByteView public_key_info,
                                                const Predecessor* predecessor = nullptr);

  // A subordinate or end entity. The request is checked again, with `seen` (whose key may be that
  // of a predecessor that keeps it); its errors are among the findings.
  static base::Result<CertificateDraft> of_subordinate(const SubordinateParts& parts,
                                                       const KeyRegistry& seen);

  // What will be signed, in the form of a certificate with an empty signature.
  [[nodiscard]] const Certificate& unsigned_form() const { return unsigned_form_; }
  [[nodiscard]] const base::Findings& findings() const { return findings_; }

 private:
  friend base::Result<base::Bytes> sign_draft(const CertificateDraft& draft, Signer& signer);
  friend base::Result<Certificate> finish_certificate(const CertificateDraft& draft,
                                                      base::ByteView signature);

  CertificateDraft(Certificate unsigned_form, CertificateProfile profile)
      : unsigned_form_(std::move(unsigned_form)), profile_(std::move(profile)) {}

  static base::Result<CertificateDraft> of(const TbsCertificate& tbs,
                                           const CertificateProfile& profile);
  void follow(const Predecessor* predecessor);
  [[nodiscard]] base::Findings lint(const Certificate& certificate, LintStage stage) const;

  Certificate unsigned_form_;
  CertificateProfile profile_;
  std::optional<Certificate> issuer_;       // absent: self-signed
  std::optional<Certificate> predecessor_;  // the certificate that it follows
  Succession succession_ = Succession::kRenewal;
  std::vector<std::string> accepted_;
  base::Findings request_findings_;
  base::Findings findings_;
};

// Errors: kRefusedByPolicy where findings stand against it (the message names the first and their
// number), or the signer holds another key than the issuer's; kDeviceFailure from the signer;
// kInconsistent where what came back is not what was agreed, and nothing may be used.
base::Result<Certificate> sign_certificate(const CertificateDraft& draft, Signer& signer);

// The same in two parts, for who has other work meanwhile: the signature, of which nothing is known
// yet, and the certificate, which is parsed back, compared, verified and linted. The second needs
// no key and may run in another thread; each has its part of the errors.
base::Result<base::Bytes> sign_draft(const CertificateDraft& draft, Signer& signer);
base::Result<Certificate> finish_certificate(const CertificateDraft& draft,
                                             base::ByteView signature);

// A CRL before its signature.
class RevocationListDraft {
 public:
  // Errors: as build_revocation_list().
  static base::Result<RevocationListDraft> of(RevocationListParts parts);

  [[nodiscard]] const RevocationList& unsigned_form() const { return unsigned_form_; }
  [[nodiscard]] const base::Findings& findings() const { return findings_; }

 private:
  friend base::Result<RevocationList> sign_revocation_list(RevocationListDraft draft,
                                                           Signer& signer);

  // What it was made by, and is linted by.
  struct Terms {
    CertificateProfile profile;
    RevocationListPlan plan;
    Certificate issuer;
  };

  RevocationListDraft(RevocationList unsigned_form, Revocations expected, Terms terms);

  [[nodiscard]] base::Findings lint(const RevocationList& list, LintStage stage) const;

  RevocationList unsigned_form_;
  Revocations expected_;
  Terms terms_;
  base::Bytes agreed_;  // SHA-256 of the to-be-signed bytes as they were linted
  base::Findings findings_;
};

// Errors: as sign_certificate(). The signature is put behind the bytes of the draft, where they
// are, so that moved in a big CRL is in memory once; what comes out is compared with the draft by
// the digest that the draft has kept.
base::Result<RevocationList> sign_revocation_list(RevocationListDraft draft, Signer& signer);

// An OCSP response before its signature.
class OcspResponseDraft {
 public:
  // Errors: as build_ocsp_response(). The parts are kept, so that it is linted against them.
  static base::Result<OcspResponseDraft> of(const OcspResponseParts& parts);

  [[nodiscard]] const OcspResponse& unsigned_form() const { return unsigned_form_; }
  [[nodiscard]] const Certificate& certificate() const { return certificate_; }
  [[nodiscard]] const base::Findings& findings() const { return findings_; }

 private:
  friend base::Result<OcspResponse> sign_ocsp_response(const OcspResponseDraft& draft,
                                                       Signer& signer);

  OcspResponseDraft(OcspResponse unsigned_form, const OcspResponseParts& parts);

  [[nodiscard]] base::Findings lint(const OcspResponse& response, LintStage stage) const;

  OcspResponse unsigned_form_;
  CertificateProfile profile_;
  Certificate issuer_;
  Certificate certificate_;
  RevocationList list_;
  base::Findings findings_;
};

// Errors: as sign_certificate(); kInconsistent, too, where OpenSSL does not believe the response
// under the issuer's certificate.
base::Result<OcspResponse> sign_ocsp_response(const OcspResponseDraft& draft, Signer& signer);

}  // namespace ca
