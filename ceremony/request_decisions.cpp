#include "ceremony/request_decisions.h"

#include <algorithm>
#include <utility>

#include "ca/shared_primes.h"
#include "ceremony/drafts.h"
#include "ceremony/request_drafts.h"

namespace ceremony {

namespace {

using base::Result;

RequestDecision decision_from(const RequestLook& look) {
  RequestDecision decision{.planned = look.planned,
                           .refusal = look.refusal,
                           .subject = {},
                           .public_key_info = {},
                           .serial = {}};
  if (look.draft) {
    decision.subject = look.draft->request.subject().text();
    decision.public_key_info = look.draft->request.public_key_info();
    decision.serial = look.draft->draft.unsigned_form().serial();
  }
  return decision;
}

std::string owner_of(const RequestDecision& decision) {
  return "the request " + decision.planned.file;
}

// Requests first: of a renewal's key, which is in the history, too, the one that is judged stays.
Result<ca::ModulusPool> moduli_of(const Workplace& work,
                                  const std::vector<RequestDecision>& decisions) {
  ca::ModulusPool moduli;
  for (const RequestDecision& decision : decisions) {
    if (decision.refusal.empty()) {
      moduli.add(decision.public_key_info, owner_of(decision), ca::ModulusPlace::kBatch);
    }
  }
  if (moduli.size() == 0) {
    return moduli;  // no RSA key is among them
  }
  auto issued = issued_certificates(work);
  if (!issued) {
    return std::move(issued).error();
  }
  for (const ca::Certificate& certificate : *issued) {
    moduli.add(certificate.public_key_info(),
               "the certificate " + certificate.serial_hex(),
               ca::ModulusPlace::kHistory);
  }
  return moduli;
}

void refuse(RequestDecision& decision, const std::string& why) {
  decision = {.planned = std::move(decision.planned),
              .refusal = why,
              .subject = {},
              .public_key_info = {},
              .serial = {}};
}

}  // namespace

Result<std::vector<RequestDecision>> decide_requests(const Workplace& work) {
  std::vector<RequestDecision> decisions;
  auto looked = for_each_request(work, [&](RequestLook& look) -> Result<void> {
    decisions.push_back(decision_from(look));
    return {};
  });
  auto moduli = looked ? moduli_of(work, decisions) : Result<ca::ModulusPool>(looked.error());
  if (!moduli) {
    return std::move(moduli).error();
  }
  for (const ca::SharedPrime& shared : moduli->find_shared()) {
    const auto found = std::ranges::find(decisions, shared.owner, owner_of);
    refuse(*found, reason_of(ca::shared_prime_finding(shared.other)));
  }
  return decisions;
}

}  // namespace ceremony
