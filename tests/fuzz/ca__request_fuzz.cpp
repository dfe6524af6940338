// Requests from anywhere: no crash, and what is accepted comes back as the same bytes.

#include <cstdint>
#include <cstdlib>

#include "ca/signing_request.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ca::RequestCheck check = ca::check_request({data, size}, {});
  if (!check.request) {
    return 0;
  }
  const base::Result<ca::SigningRequest> again =
      ca::SigningRequest::parse(base::bytes_of(check.request->pem()));
  if (!again || again->der() != check.request->der()) {
    std::abort();
  }
  return 0;
}
