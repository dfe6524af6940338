// ca/token.h - a token that is open for a ceremony: one that is made for it, or an HSM.

#pragma once

#include <memory>

#include "base/result.h"
#include "ca/token_facts.h"
#include "ca/token_session.h"

namespace ca {

// Whoever works with keys in a token needs no more of it. One at a time in a process.
class Token {
 public:
  Token() = default;
  Token(const Token&) = delete;
  Token& operator=(const Token&) = delete;
  virtual ~Token() = default;

  [[nodiscard]] virtual const TokenFacts& facts() const = 0;

  // Logged in.
  [[nodiscard]] virtual const std::shared_ptr<TokenSession>& session() const = 0;

  // Closes the session, with it all keys that were made in it, and the library. What the token was
  // made of goes, too, where it was made for this ceremony. May be called again.
  // Errors: kStorageFailure where files may be left.
  virtual base::Result<void> end() = 0;
};

}  // namespace ca
