// ca/shared_primes.h - RSA keys that share a prime with another key: two broken keys at once.
//
// A device that draws its primes too early after it was switched on may draw one that another
// device drew, too. Each key alone looks good; two together are factored by one gcd.
// Source: N. Heninger et al., "Mining Your Ps and Qs", USENIX Security 2012 (batch gcd).

#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/finding.h"
#include "ca/openssl_ptr.h"

namespace ca {

// Whether a key is one to be judged, or only one to compare with.
enum class ModulusPlace {
  kBatch,    // of a request that is looked at now
  kHistory,  // of a certificate that exists already
};

// A key to be judged and the first one found that has a prime in common with it.
struct SharedPrime {
  std::string owner;
  std::string other;
};

// The RSA moduli that a CA has before it: of its history, and of the requests of a batch.
class ModulusPool {
 public:
  // Takes the modulus of an RSA key; `owner` is told ("the request tls.csr"). Passed over: other
  // kinds of key, even moduli and sizes outside 512 to 8192 bits, which are refused by themselves,
  // and a modulus that is there already (KeyRegistry tells of the same key; the first owner stays).
  void add(base::ByteView public_key_info, std::string owner, ModulusPlace place);

  // Every key of the batch that shares a prime with any other, in the order in which they came.
  // For each modulus the product of all others is taken modulo it (Montgomery), and one gcd tells.
  // OpenSSL divides large numbers by the schoolbook, so a remainder tree is slower than this up to
  // some thousands of keys (measured: 6.3 s against 2.5 s for 1,000 of 2048 bits, 26 s against 9 s
  // for 4096 bits), and this needs no memory. Time grows with batch * (batch + history).
  [[nodiscard]] std::vector<SharedPrime> find_shared() const;

  [[nodiscard]] std::size_t size() const { return members_.size(); }

 private:
  struct Member {
    BignumPtr modulus;
    std::string owner;
    ModulusPlace place;
  };

  // Members by their numbers; `end` is the first that does not belong to it.
  struct Span {
    std::size_t first = 0;
    std::size_t end = 0;
  };

  // Whether any of those, itself apart, has something in common with that one.
  [[nodiscard]] bool shares(const Member& judged, Span among) const;
  // The number of the first of which that is so, when there is one.
  [[nodiscard]] std::size_t partner_of(const Member& judged) const;

  std::vector<Member> members_;
  std::map<base::Bytes, std::size_t> known_;  // by the bytes of the modulus
};

// What is reported of a key that shares a prime with that of `other`.
base::Finding shared_prime_finding(std::string_view other);

}  // namespace ca
