// ceremony/request_decisions.h - what is decided of each request when they are checked, before the
// key is opened.

#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "ceremony/action.h"
#include "ceremony/plan_requests.h"

namespace ceremony {

struct RequestDecision {
  PlannedRequest planned;
  std::string refusal;  // why; "": accepted, and the rest says of what
  std::string subject;
  base::Bytes public_key_info;
  base::Bytes serial;  // drawn for its certificate
};

// One for every request of the plan, in its order. Beside what for_each_request() refuses, that are
// RSA keys with a prime in common with another request's or with the key of any certificate that
// was issued before. Errors: as for_each_request().
base::Result<std::vector<RequestDecision>> decide_requests(const Workplace& work);

}  // namespace ceremony
