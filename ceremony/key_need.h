// ceremony/key_need.h - whether anybody still needs a root key: BR 4.9.7, a CA issues CRLs until
// all that it certified has expired or is revoked, and what is revoked stays listed until it would
// have expired.

#pragma once

#include <string>

#include "base/result.h"
#include "ca/revocation_list.h"
#include "ceremony/ledger.h"

namespace ceremony {

// Passes where nothing that the root has signed is valid and not on this CRL on that day
// (YYYY-MM-DD), and the CRL lasts as long as everything that it revokes. A certificate that was
// signed in a ceremony which was given up counts: its signature is out. Errors: kRefusedByPolicy,
// naming the certificate.
base::Result<void> check_unneeded(const LedgerState& ledger,
                                  const ca::RevocationList& last,
                                  const std::string& date);

}  // namespace ceremony
