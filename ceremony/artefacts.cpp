#include "ceremony/artefacts.h"

#include <algorithm>
#include <utility>

#include "base/digest.h"
#include "base/media.h"
#include "ca/detached_signature.h"
#include "ca/pem.h"
#include "ca/public_key.h"
#include "ceremony/key_facts.h"
#include "ceremony/vault.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kLargestChain = 8 * kLargestCertificate;  // bytes

Error differs(const char* what) {
  return Error{ErrorCode::kInconsistent,
               std::string("this is not the ") + what +
                   " that the plan was reviewed with (its digest differs); nothing was signed; "
                   "bring the right file, or review the plan again"};
}

Result<std::vector<ca::Certificate>> parse_chain(base::ByteView file) {
  auto objects = ca::read_objects(file);
  if (!objects) {
    return std::move(objects).error();
  }
  std::vector<ca::Certificate> chain;
  for (const ca::EncodedObject& object : *objects) {
    auto certificate = ca::Certificate::parse(object.der);
    if (!certificate) {
      return std::move(certificate).error();
    }
    chain.push_back(std::move(certificate).value());
  }
  return chain;
}

// Each is the issuer of the one before.
Result<void> check_row(const std::vector<ca::Certificate>& chain) {
  for (std::size_t i = 1; i < chain.size(); ++i) {
    if (chain[i - 1].issuer() != chain[i].subject() ||
        !chain[i - 1].verify_with(chain[i].public_key_info())) {
      return Error{ErrorCode::kInconsistent,
                   "the certificates do not follow on each other: the signing certificate comes "
                   "first, then its issuer, and so on; nothing was signed; put them in order"};
    }
  }
  return {};
}

Result<ca::Validity> day_of_plan(const Workplace& work) {
  auto first = ca::instant_of(work.plan.date + "T00:00:00Z");
  if (!first) {
    return std::move(first).error();
  }
  return ca::Validity{.not_before = *first,
                      .not_after = *first + std::chrono::days(1) - std::chrono::seconds(1)};
}

// The first certificate is for the key of this vault, and for signing code on that day.
Result<void> check_signing_certificate(const Workplace& work, const ca::Certificate& certificate) {
  auto key = key_facts(work);
  if (!key) {
    return std::move(key).error();
  }
  const auto same = ca::is_same_public_key(certificate.public_key_info(), key->public_key_info);
  if (!same || !*same) {
    return Error{ErrorCode::kInconsistent,
                 "the signing certificate is of another key than the one in this vault; nothing "
                 "was signed; bring the certificate of this key, or the vault of that one"};
  }
  auto day = day_of_plan(work);
  if (!day) {
    return std::move(day).error();
  }
  return ca::check_code_signer(certificate, day->not_after);
}

Result<std::vector<ca::Certificate>> read_chain(const Workplace& work,
                                                const PlannedSigning& planned) {
  auto bytes = base::read_file(work.room.transfer_in / planned.certificate, kLargestChain);
  if (!bytes) {
    return std::move(bytes).error();
  }
  if (base::sha256_hex(*bytes) != planned.sha256) {
    return differs("signing certificate");
  }
  auto chain = parse_chain(*bytes);
  if (!chain) {
    return chain;
  }
  if (auto follows = check_row(*chain); !follows) {
    return std::move(follows).error();
  }
  if (auto fits = check_signing_certificate(work, chain->front()); !fits) {
    return std::move(fits).error();
  }
  // Who verifies has the root already, or must not take it from here.
  while (chain->size() > 1 && chain->back().is_self_issued()) {
    chain->pop_back();
  }
  return chain;
}

}  // namespace

Result<std::vector<ca::Certificate>> signing_chain(const Workplace& work) {
  if (!work.plan.signing) {
    return Error{ErrorCode::kInconsistent,
                 "the plan has no section [signing], so nobody knows whose signature it will be; "
                 "correct it"};
  }
  auto chain = read_chain(work, *work.plan.signing);
  if (!chain) {
    return std::move(chain).error().while_doing(work.plan.signing->certificate);
  }
  return chain;
}

Result<base::Bytes> read_artefact(const Workplace& work, const PlannedArtefact& planned) {
  auto bytes = base::read_file(work.room.transfer_in / planned.file, kLargestArtefact);
  if (!bytes) {
    return std::move(bytes).error().while_doing(planned.file);
  }
  if (base::sha256_hex(*bytes) != planned.sha256) {
    return differs("file").while_doing(planned.file);
  }
  return bytes;
}

Result<base::Bytes> sign_artefact(const Workplace& work,
                                  const ArtefactJob& job,
                                  ca::Signer& signer) {
  if (job.planned.form == "raw") {
    return ca::sign_raw(job.content, job.chain.front(), signer);
  }
  auto day = day_of_plan(work);
  if (!day) {
    return std::move(day).error();
  }
  // A certificate may begin on that day: it counts at the time that the signature states.
  const ca::Instant begin = job.chain.front().validity().not_before;
  return ca::sign_detached({.content = job.content,
                            .certificates = job.chain,
                            .signing_time = std::max(day->not_before, begin)},
                           signer);
}

Result<void> verify_artefact(const ArtefactJob& job, base::ByteView signature) {
  const ca::Certificate& certificate = job.chain.front();
  if (job.planned.form == "raw") {
    return ca::verify_signature({.public_key_info = certificate.public_key_info(),
                                 .message = job.content,
                                 .signature = signature});
  }
  return ca::verify_detached(
      {.der = signature, .content = job.content, .certificate = certificate});
}

}  // namespace ceremony
