// ceremony/artefacts.h - the files that a plan has signed under a split signing key, and whose
// signature it will be.
//
// Source: draft-irtf-t2trg-taxonomy-manufacturer-anchors section 5.3.1.

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "ca/certificate.h"
#include "ca/signer.h"
#include "ceremony/action.h"

namespace ceremony {

// What is larger is not read; let its list of digests be signed instead.
inline constexpr std::size_t kLargestArtefact = std::size_t{256} << 20U;  // bytes

// The signing certificate that the plan names, then those above it without a root, from the
// transfer folder: of the planned digest, each issued by the next, the first for the key of this
// vault, for signing code, and counting on the whole day of the plan.
// Errors: kInconsistent without [signing], for another digest, another key or a broken row;
// kNotFound; kMalformed; kRefusedByPolicy as check_code_signer().
base::Result<std::vector<ca::Certificate>> signing_chain(const Workplace& work);

// The bytes of an artefact, whose SHA-256 is the plan's: what was compared is what is signed.
// Errors: kNotFound, kStorageFailure; kInconsistent where the digest differs.
base::Result<base::Bytes> read_artefact(const Workplace& work, const PlannedArtefact& planned);

// The signature over an artefact in the form that the plan says, verified; signingTime is the first
// second of the plan's day. Errors: as ca::sign_detached().
struct ArtefactJob {
  const PlannedArtefact& planned;
  const base::Bytes& content;
  const std::vector<ca::Certificate>& chain;
};
base::Result<base::Bytes> sign_artefact(const Workplace& work,
                                        const ArtefactJob& job,
                                        ca::Signer& signer);

// Whether `signature` is one over that artefact, in that form, by that key. Errors: kMalformed,
// kInconsistent.
base::Result<void> verify_artefact(const ArtefactJob& job, base::ByteView signature);

}  // namespace ceremony
