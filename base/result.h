// base/result.h - the one way a function here reports that it could not do its work.
//
// A function that can fail returns Result<T>; one with nothing to return gives Result<void>. We
// throw nothing: Qt does not let an exception pass through an event handler, and every refusal of a
// ceremony step has to be written in the transcript, so a failure is a value with a name.
// A thin type over tl::expected, because that one may be ignored silently and this one may not.

#pragma once

#include <cassert>
#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace base {

// What went wrong, in the terms of the person who must act on it. Callers branch on this and never
// on the message. Keep it short: a new code needs a caller that behaves differently.
enum class ErrorCode {
  kInvalidArgument,  // the caller broke the contract written in the header
  kMalformed,        // the bytes are not in the format
  kInconsistent,     // well-formed, but the pieces contradict each other
  kInsufficient,     // too few shares, roles or signatures for this step
  kRefusedByPolicy,  // well-formed, and the profile or the script says no
  kWrongState,       // not at this point of the ceremony
  kNotFound,         // no such file, key, token or step
  kDeviceFailure,    // token, printer, camera or removable medium
  kStorageFailure,   // journal or transcript could not be made durable
};

// An ErrorCode and what to tell the person: what is true, why, and what to do now. The message
// never holds a secret, and never k, n or a name: it may be printed, journalled and read aloud.
struct Error {
  ErrorCode code;
  std::string message;

  // Says what was being done, outermost first: "reading share card 3: checksum does not match".
  [[nodiscard]] Error while_doing(const std::string& what) && {
    return Error{code, what + ": " + std::move(message)};
  }
};

// Either a T or the Error that explains its absence.
template <typename T>
class [[nodiscard]] Result {
 public:
  // Implicit, so that `return value;` and `return Error{...};` both read as they should.
  // NOLINTBEGIN(google-explicit-constructor)
  Result(T value) : state_(std::move(value)) {}
  Result(Error error) : state_(tl::unexpect, std::move(error)) {}
  // NOLINTEND(google-explicit-constructor)

  [[nodiscard]] bool ok() const { return state_.has_value(); }
  [[nodiscard]] explicit operator bool() const { return ok(); }

  // Requires ok().
  [[nodiscard]] const T& value() const& {
    assert(ok());
    return *state_;
  }
  [[nodiscard]] T& value() & {
    assert(ok());
    return *state_;
  }
  [[nodiscard]] T value() && {
    assert(ok());
    return std::move(*state_);
  }
  [[nodiscard]] const T* operator->() const { return &value(); }
  [[nodiscard]] T* operator->() { return &value(); }
  [[nodiscard]] const T& operator*() const { return value(); }
  [[nodiscard]] T& operator*() { return value(); }

  // Requires !ok().
  [[nodiscard]] const Error& error() const& {
    assert(!ok());
    return state_.error();
  }
  [[nodiscard]] Error error() && {
    assert(!ok());
    return std::move(state_.error());
  }

 private:
  tl::expected<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error)  // NOLINT(google-explicit-constructor): see above
      : state_(tl::unexpect, std::move(error)) {}

  [[nodiscard]] bool ok() const { return state_.has_value(); }
  [[nodiscard]] explicit operator bool() const { return ok(); }

  // Requires !ok().
  [[nodiscard]] const Error& error() const& {
    assert(!ok());
    return state_.error();
  }
  [[nodiscard]] Error error() && {
    assert(!ok());
    return std::move(state_.error());
  }

 private:
  tl::expected<void, Error> state_;
};

}  // namespace base
