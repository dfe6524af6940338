// ceremony/disclosure.h - facts that a public entry commits to without showing them.
//
// Source: RFC 9901 (SD-JWT) sections 4.2.1 (disclosure of an object property), 4.2.3 (its digest)
// and 4.2.5 (decoys). One string opens one fact and nothing else. The list of digests has always
// kDigestCount members in sorted order, so neither its length nor its order says what is hidden.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ceremony/json_lines.h"

namespace ceremony {

// "_sd" has exactly this many digests in every entry that may hide facts.
inline constexpr std::size_t kDigestCount = 32;

// The member of an entry's data that holds them (RFC 9901 section 4.2.4.1).
inline constexpr std::string_view kDigestsMember = "_sd";

// A fact for the journal that the transcript only commits to.
struct HiddenFact {
  std::string name;
  Json value;
};

// A fact with its salt: base64url without padding of ["SALT","NAME",VALUE].
struct Disclosure {
  std::string salt;  // 128 random bits, base64url, 22 characters
  std::string name;
  Json value;

  // The string that is handed out. Its digest stands in the "_sd" of the public entry.
  // Errors: kInvalidArgument where the value is none that write_json() takes.
  [[nodiscard]] base::Result<std::string> text() const;
};

// Whether a member anywhere in `value` has a name that means something else to every reader of
// RFC 9901: "_sd" or "..." (section 4.2.1).
bool holds_reserved_name(const Json& value);

// The same of an object whose own member `allowed` does not count.
bool holds_reserved_name_but(const Json& object, std::string_view allowed);

// Whether `fact` may be hidden: neither its name nor a name inside its value is a reserved one.
bool may_be_hidden(const HiddenFact& fact);

// Gives the fact a fresh salt.
Disclosure disclose(HiddenFact fact);

// Reads what Disclosure::text() wrote. Errors: kMalformed, also for another way to write the same,
// and for a reserved name (RFC 9901 section 7.1: "the SD-JWT MUST be rejected").
base::Result<Disclosure> parse_disclosure(std::string_view text);

// RFC 9901 section 4.2.3: base64url of the SHA-256 over the characters of `disclosure`, 43 long.
std::string disclosure_digest(std::string_view disclosure);

// Whether `text` has the form of a digest: 43 characters of base64url for 256 bits.
bool is_disclosure_digest(std::string_view text);

// The digests of `disclosures`, filled up with random decoys to kDigestCount and sorted.
// Errors: kInvalidArgument for more than kDigestCount disclosures.
base::Result<Json> digest_list(const std::vector<std::string>& disclosures);

// Whether `list` is what digest_list() can give: kDigestCount digests, strictly rising.
// Errors: kMalformed.
base::Result<void> check_digest_list(const Json& list);

}  // namespace ceremony
