// ceremony/request_signing.h - signs the accepted requests of a plan, one after the other.

#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "ca/certificate.h"
#include "ca/signer.h"
#include "ceremony/action.h"
#include "ceremony/plan_requests.h"

namespace ceremony {

// What has become of a request.
struct SignedRequest {
  PlannedRequest planned;
  std::optional<ca::Certificate> certificate;  // absent: refused
  std::string refusal;                         // why
};

// Calls `take` for every request of the plan in its order, until that fails. The key signs in this
// thread, one at a time; what it has signed is put together, parsed back, verified and linted
// beside it, and `take` sees it only after that; in a batch up to four further requests are signed
// meanwhile. Errors: as for_each_request(); as ca::sign_certificate(), naming the request's file:
// what a token does to one certificate it may have done to others, so the first that fails ends
// all; that of `take`.
base::Result<void> sign_each_request(
    const Workplace& work,
    ca::Signer& signer,
    const std::function<base::Result<void>(const SignedRequest&)>& take);

}  // namespace ceremony
