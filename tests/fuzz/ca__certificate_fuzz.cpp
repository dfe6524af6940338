// Certificates from anywhere: read, linted as anybody's and as ours; strict bytes come back.

#include <cstdint>
#include <cstdlib>

#include "ca/certificate.h"
#include "ca/certificate_lint.h"
#include "ca/der.h"
#include "ca/pem.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView input{data, size};
  const base::Result<ca::Certificate> found =
      ca::Certificate::parse(input, ca::Encoding::kWhateverIsFound);
  if (found) {
    ca::lint_certificate(*found, {.issuer = &*found});
    const ca::CertificateProfile profile{};
    ca::lint_certificate(*found, {.profile = &profile});
  }
  const base::Result<ca::Certificate> strict = ca::Certificate::parse(input);
  if (strict && (!found || ca::find_der_fault(input))) {
    std::abort();
  }
  if (strict) {
    const auto objects = ca::read_objects(base::bytes_of(strict->pem()));
    if (!objects || objects->size() != 1 || objects->front().der != strict->der()) {
      std::abort();
    }
  }
  return 0;
}
