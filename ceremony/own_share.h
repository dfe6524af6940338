// ceremony/own_share.h - a holder opens the own share and proves to have it; nothing is combined.

#pragma once

#include <cstddef>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "ceremony/action.h"
#include "shamir/held_share.h"
#include "shamir/possession.h"

namespace ceremony {

// What is signed for, as PossessionMessage has it.
inline constexpr std::string_view kVerificationContext = "share verification";
inline constexpr std::string_view kHandOverContext = "share hand-over";

// The share of that holder of the annex, opened with the passphrase that was handed in, of this
// ceremony's set, and signed by the dealer. Errors: kInsufficient; as verify_share().
base::Result<shamir::HeldShare> open_own_share(const Workplace& work,
                                               client::Input& input,
                                               std::size_t number,
                                               base::ByteView envelope);

// What a holder's share signs, and for what; borrowed.
struct OwnProof {
  std::size_t number = 0;  // of the holder in the annex
  std::string_view context;
  base::ByteView message;
};

// The share signs with the key that was noted for its holder when it was made.
// Errors: kInconsistent where its key is another one.
base::Result<shamir::PossessionSignature> prove_possession(const Workplace& work,
                                                           const shamir::HeldShare& held,
                                                           const OwnProof& proof);

// Whether a proof that was made elsewhere (`conclave-verify`, 128 hex digits) is that of the key
// noted for this holder. Errors: kMalformed; kInconsistent.
base::Result<void> check_brought_proof(const Workplace& work,
                                       std::string_view hex,
                                       const OwnProof& proof);

}  // namespace ceremony
