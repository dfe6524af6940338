// One share checked alone, and the three words by which its holder knows it again.

#include "shamir/verify_share.h"

#include <set>
#include <string>

#include <doctest/doctest.h>

#include "support/shamir_custody.h"

namespace {

TEST_CASE("check name: three words, the same for every copy and every lock of a share") {
  const custody::Dealt dealt = custody::deal({});
  const std::string name = shamir::check_name(dealt.held[0]);
  std::size_t blanks = 0;
  for (const char c : name) {
    const bool is_letter = c >= 'a' && c <= 'z';
    CHECK((is_letter || c == ' '));
    blanks += c == ' ' ? 1U : 0U;
  }
  CHECK(blanks == 2);
  CHECK(shamir::check_name(dealt.held[0]) == name);
}

TEST_CASE("check name: the shares of a set have different names") {
  const custody::Dealt dealt = custody::deal({});
  std::set<std::string> names;
  for (const shamir::HeldShare& held : dealt.held) {
    names.insert(shamir::check_name(held));
  }
  CHECK(names.size() == dealt.held.size());
}

}  // namespace
