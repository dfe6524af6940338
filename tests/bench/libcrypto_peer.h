// tests/bench/libcrypto_peer.h - how a program without us issues: plain libcrypto, in this process.
//
// The same certificates and CRLs as ours, signed with a key in ordinary memory; the request's proof
// of possession is verified, and nothing else is looked at, before or after.

#pragma once

#include <vector>

#include "base/bytes.h"
#include "ca/algorithm.h"
#include "ca/openssl_ptr.h"
#include "ca/revocation_list_builder.h"

namespace bench {

struct LibcryptoIssuer {
  ca::EvpPkeyPtr key;
  ca::X509Ptr certificate;
  ca::EvpMdPtr digest;  // nullptr where the algorithm takes the whole message
};

LibcryptoIssuer libcrypto_issuer(ca::Algorithm algorithm);

// DER of the certificate for a request in DER: X509_REQ_verify(), X509_sign().
base::Bytes issue_by_libcrypto(const LibcryptoIssuer& issuer, base::ByteView request);

// DER of the CRL: X509_CRL_add0_revoked(), X509_CRL_sort(), X509_CRL_sign().
base::Bytes list_by_libcrypto(const LibcryptoIssuer& issuer,
                              const std::vector<ca::Revocation>& revocations);

}  // namespace bench
