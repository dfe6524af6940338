// CRLs from anywhere: read as OpenSSL reads them, and linted; strict bytes come back.

#include <cstdint>
#include <cstdlib>

#include "ca/der.h"
#include "ca/pem.h"
#include "ca/revocation_list.h"
#include "ca/revocation_list_lint.h"
#include "support/crl_oracle.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView input{data, size};
  if (!support::is_read_as_by_openssl(input)) {
    std::abort();
  }
  const base::Result<ca::RevocationList> found =
      ca::RevocationList::parse(input, ca::Encoding::kWhateverIsFound);
  if (found) {
    ca::CertificateProfile profile;
    profile.kind = ca::ProfileKind::kRevocationList;
    ca::lint_revocation_list(*found, {.profile = &profile, .known_number = 1});
  }
  const base::Result<ca::RevocationList> strict = ca::RevocationList::parse(input);
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
