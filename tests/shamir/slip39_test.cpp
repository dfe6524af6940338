// Splitting and combining whole sets: what opens, and what each bad set is told.

#include "shamir/slip39.h"

#include <algorithm>
#include <bit>
#include <map>
#include <numeric>
#include <random>
#include <set>

#include "support/shamir_secrets.h"

using base::ErrorCode;
using base::SecretBytes;
using shamir::combine;
using shamir::combine_blind;
using shamir::ConfidentialAccess;
using shamir::Extendable;
using shamir::prove_one_polynomial;
using shamir::Slip39Group;
using shamir::Slip39Layout;
using shamir::Slip39Share;
using shamir::split_master_secret;
using shamir_test::chosen;
using shamir_test::quorum_of;
using shamir_test::refusal;
using shamir_test::require;
using shamir_test::secret;
using shamir_test::subset_of;

namespace {

using Shares = std::vector<Slip39Share>;

std::vector<std::uint8_t> indices_to(std::size_t count) {
  std::vector<std::uint8_t> indices(count);
  std::iota(indices.begin(), indices.end(), std::uint8_t{0});
  return indices;
}

Slip39Group group(unsigned threshold, std::size_t members) {
  return {.threshold = static_cast<std::uint8_t>(threshold), .indices = indices_to(members)};
}

Shares split_for_house(const SecretBytes& master, shamir::QuorumNumbers numbers) {
  const auto layout = shamir::one_group(quorum_of(numbers), ConfidentialAccess::in_the_room());
  return require(split_master_secret({.secret = master, .passphrase = SecretBytes(0)}, layout, {}));
}

Shares split_layout(const SecretBytes& master, const Slip39Layout& layout) {
  return require(split_master_secret({.secret = master, .passphrase = SecretBytes(0)}, layout, {}));
}

ErrorCode split_refusal(const Slip39Layout& layout, const shamir::Slip39Options& options = {}) {
  const SecretBytes master = SecretBytes::random(16);
  return refusal(
             split_master_secret({.secret = master, .passphrase = SecretBytes(0)}, layout, options))
      .code;
}

base::Error blind_refusal(const Shares& shares) {
  return refusal(combine_blind(shares));
}

base::Error plain_refusal(const Shares& shares) {
  return refusal(combine(shares, SecretBytes(0)));
}

bool has_number(const std::string& sentence) {
  return sentence.find_first_of("0123456789") != std::string::npos;
}

}  // namespace

TEST_CASE("set: k-blind, every subset opens it exactly if it has k shares, for all k < n <= 6") {
  const SecretBytes master = SecretBytes::random(32);
  for (unsigned n = 3; n <= 6; ++n) {
    for (unsigned k = 2; k < n; ++k) {
      const Shares shares = split_for_house(master, {.threshold = k, .shares = n});
      REQUIRE(prove_one_polynomial(shares).ok());
      for (unsigned subset = 0; subset < (1U << n); ++subset) {
        const Shares some = subset_of(shares, subset);
        const auto opened = combine_blind(some);
        REQUIRE(opened.ok() == (some.size() >= k));
        if (opened) {
          REQUIRE(opened->equals(master));
          continue;
        }
        CHECK(!has_number(opened.error().message));
        CHECK(opened.error().code ==
              (some.size() < 2 ? ErrorCode::kInsufficient : ErrorCode::kInconsistent));
      }
    }
  }
}

TEST_CASE("set: by the letter of SLIP-39, exactly k shares open it and no other number") {
  const SecretBytes master = SecretBytes::random(16);
  const Shares shares = split_for_house(master, {.threshold = 3, .shares = 5});
  for (unsigned subset = 0; subset < 32; ++subset) {
    const Shares some = subset_of(shares, subset);
    const auto opened = combine(some, SecretBytes(0));
    REQUIRE(opened.ok() == (some.size() == 3));
    if (opened) {
      CHECK(opened->equals(master));
    } else {
      const bool asks_for_more =
          opened.error().message.find("hares are needed") != std::string::npos;
      CHECK(asks_for_more == (some.size() < 3));
      CHECK(opened.error().message.find_first_of("012345") == std::string::npos);
      CHECK(opened.error().code ==
            (some.size() < 3 ? ErrorCode::kInsufficient : ErrorCode::kInvalidArgument));
    }
  }
}

TEST_CASE("set: every 2 <= k < n <= 16 opens with k shares taken at random") {
  std::mt19937 random(16);  // seed 16
  for (unsigned n = 3; n <= 16; ++n) {
    for (unsigned k = 2; k < n; ++k) {
      const SecretBytes master = SecretBytes::random(16 + 2 * ((k + n) % 25));
      Shares shares = split_for_house(master, {.threshold = k, .shares = n});
      std::shuffle(shares.begin(), shares.end(), random);
      shares.erase(shares.begin() + k, shares.end());
      shares[0] = require(shamir::read_words(require(shamir::write_words(shares[0]))));
      if (random() % 2 == 0) {
        REQUIRE(require(combine(shares, SecretBytes(0))).equals(master));
        continue;
      }
      for (Slip39Share& share : shares) {
        share.threshold = 1;  // what the shares say of it does not matter
      }
      REQUIRE(require(combine_blind(shares)).equals(master));
    }
  }
}

TEST_CASE("set: indices are drawn from all sixteen, in random order, whatever n is") {
  constexpr unsigned kDraws = 4800;
  std::map<std::uint8_t, unsigned> first;
  std::map<std::uint8_t, unsigned> any;
  const auto quorum = quorum_of({.threshold = 2, .shares = 3});
  for (unsigned draw = 0; draw < kDraws; ++draw) {
    const auto layout = shamir::one_group(quorum, ConfidentialAccess::in_the_room());
    REQUIRE(layout.groups.size() == 1);
    const auto& indices = layout.groups[0].indices;
    REQUIRE(std::set<std::uint8_t>(indices.begin(), indices.end()).size() == 3);
    ++first[indices[0]];
    for (const std::uint8_t index : indices) {
      ++any[index];
    }
  }
  for (std::uint8_t index = 0; index < 16; ++index) {
    CHECK(first[index] > 300 - 150);  // 300 expected, 9 standard deviations
    CHECK(first[index] < 300 + 150);
    CHECK(any[index] > 900 - 250);
    CHECK(any[index] < 900 + 250);
  }
  CHECK(any.size() == 16);
}

TEST_CASE("set: two splits of one secret share neither identifier nor values") {
  const SecretBytes master = SecretBytes::random(32);
  std::set<std::uint16_t> identifiers;
  for (unsigned i = 0; i < 20; ++i) {
    identifiers.insert(split_for_house(master, {.threshold = 2, .shares = 3})[0].identifier);
  }
  CHECK(identifiers.size() >= 18);
}

TEST_CASE("set: thresholds up to 16 of 16") {
  const SecretBytes master = SecretBytes::random(32);
  for (unsigned threshold = 2; threshold <= 16; ++threshold) {
    const Shares shares = split_layout(master, {.groups = {group(threshold, 16)}});
    REQUIRE(prove_one_polynomial(shares).ok());
    CHECK(require(combine(chosen(shares,
                                 [&] {
                                   std::vector<std::size_t> last(threshold);
                                   std::iota(last.begin(), last.end(), 16 - threshold);
                                   return last;
                                 }()),
                          SecretBytes(0)))
              .equals(master));
    CHECK(require(combine_blind(shares)).equals(master));
  }
}

TEST_CASE("set: 1 of 1 opens by the letter, and is never opened blindly") {
  const SecretBytes master = SecretBytes::random(16);
  const Shares only = split_layout(master, {.groups = {group(1, 1)}});
  REQUIRE(only.size() == 1);
  CHECK(require(combine(only, SecretBytes(0))).equals(master));
  CHECK(prove_one_polynomial(only).ok());
  const base::Error error = blind_refusal(only);
  CHECK(error.code == ErrorCode::kInsufficient);
  CHECK(error.message == "one share alone opens nothing; more shares are needed");
}

TEST_CASE("set: passphrase, form, exponent and identifier as asked for") {
  const SecretBytes master = SecretBytes::random(16);
  const SecretBytes passphrase = secret("correct horse");
  for (const Extendable form : {Extendable::kNo, Extendable::kYes}) {
    const Shares shares = require(
        split_master_secret({.secret = master, .passphrase = passphrase},
                            {.groups = {group(2, 3)}},
                            {.extendable = form, .iteration_exponent = 1, .identifier = 0x5A5A}));
    CHECK(shares[1].identifier == 0x5A5A);
    CHECK(shares[1].extendable == form);
    CHECK(shares[1].iteration_exponent == 1);
    const Shares some = chosen(shares, {0, 2});
    CHECK(require(combine(some, passphrase)).equals(master));
    // The trap of the standard: a wrong passphrase is no error.
    CHECK(!require(combine(some, secret("wrong horse"))).equals(master));
    CHECK(refusal(combine(some, secret("tab\t"))).code == ErrorCode::kInvalidArgument);
  }
}

TEST_CASE("groups: every subset of shares opens two of three groups exactly if it should") {
  const SecretBytes master = SecretBytes::random(16);
  const Slip39Layout layout{.group_threshold = 2,
                            .groups = {group(1, 1), group(2, 3), group(3, 3)}};
  const Shares shares = split_layout(master, layout);
  REQUIRE(shares.size() == 7);
  const std::vector<unsigned> masks = {0b0000001, 0b0001110, 0b1110000};
  unsigned opened_count = 0;
  for (unsigned subset = 0; subset < 128; ++subset) {
    unsigned complete = 0;
    unsigned begun = 0;
    for (std::size_t i = 0; i < masks.size(); ++i) {
      const int members = std::popcount(subset & masks[i]);
      begun += members > 0 ? 1U : 0U;
      complete += members == layout.groups[i].threshold ? 1U : 0U;
    }
    const auto opened = combine(subset_of(shares, subset), SecretBytes(0));
    REQUIRE(opened.ok() == (begun == 2 && complete == 2));
    if (opened) {
      CHECK(opened->equals(master));
      ++opened_count;
    }
  }
  CHECK(opened_count == 3 + 1 + 3);
}

TEST_CASE("groups: sixteen groups, and one group that is enough of several") {
  const SecretBytes master = SecretBytes::random(20);
  Slip39Layout sixteen{.group_threshold = 16, .groups = {}};
  for (unsigned i = 0; i < 16; ++i) {
    sixteen.groups.push_back(i % 2 == 0 ? group(1, 1) : group(2, 2));
  }
  CHECK(require(combine(split_layout(master, sixteen), SecretBytes(0))).equals(master));

  const Shares either =
      split_layout(master, {.group_threshold = 1, .groups = {group(2, 3), group(1, 1)}});
  CHECK(require(combine(chosen(either, {0, 2}), SecretBytes(0))).equals(master));
  CHECK(require(combine(chosen(either, {3}), SecretBytes(0))).equals(master));
}

TEST_CASE("groups: shares of several groups are neither combined blindly nor proven as one") {
  const SecretBytes master = SecretBytes::random(16);
  const Shares shares =
      split_layout(master, {.group_threshold = 2, .groups = {group(2, 3), group(2, 3)}});
  CHECK(blind_refusal(chosen(shares, {0, 1})).code == ErrorCode::kInconsistent);
  CHECK(refusal(prove_one_polynomial(chosen(shares, {0, 1}))).code == ErrorCode::kInconsistent);
  Shares mixed = split_layout(master, {.groups = {group(2, 3)}});
  mixed[1].group_index = 1;
  CHECK(blind_refusal(mixed).message.substr(0, 25) == "share 2 of those given be");
}

TEST_CASE("groups: a group from another set with the same fields is noticed") {
  const SecretBytes first = SecretBytes::random(16);
  const SecretBytes second = SecretBytes::random(16);
  const Slip39Layout layout{.group_threshold = 2, .groups = {group(2, 2), group(2, 2)}};
  const auto split_as = [&layout](const SecretBytes& master) {
    return require(split_master_secret(
        {.secret = master, .passphrase = SecretBytes(0)}, layout, {.identifier = 7}));
  };
  Shares mixed = chosen(split_as(first), {0, 1});
  for (Slip39Share& share : chosen(split_as(second), {2, 3})) {
    mixed.push_back(std::move(share));
  }
  const base::Error error = plain_refusal(mixed);
  CHECK(error.code == ErrorCode::kInconsistent);
  CHECK(error.message.substr(0, 43) == "each group of shares agrees with itself, bu");
}

TEST_CASE("split: layouts and options outside the standard are refused before anything is drawn") {
  unsigned asked = 0;
  const shamir::Slip39Options counting{.random = [&asked](std::size_t size) {
    ++asked;
    return SecretBytes::random(size);
  }};
  const std::vector<Slip39Layout> layouts = {
      {.group_threshold = 1, .groups = {}},
      {.group_threshold = 0, .groups = {group(2, 3)}},
      {.group_threshold = 2, .groups = {group(2, 3)}},
      {.group_threshold = 1, .groups = std::vector<Slip39Group>(17, group(2, 3))},
      {.groups = {group(0, 3)}},
      {.groups = {group(0, 0)}},
      {.groups = {group(4, 3)}},
      {.groups = {group(1, 2)}},
      {.groups = {group(2, 17)}},
      {.groups = {{.threshold = 2, .indices = {1, 2, 1}}}},
      {.groups = {{.threshold = 2, .indices = {1, 16}}}},
      {.group_threshold = 1, .groups = {group(2, 3), group(4, 3)}},
  };
  for (const Slip39Layout& layout : layouts) {
    CHECK(split_refusal(layout, counting) == ErrorCode::kInvalidArgument);
  }
  CHECK(split_refusal({.groups = {group(2, 3)}}, {.iteration_exponent = 16}) ==
        ErrorCode::kInvalidArgument);
  CHECK(split_refusal({.groups = {group(2, 3)}}, {.identifier = 0x8000}) ==
        ErrorCode::kInvalidArgument);
  for (const std::size_t size : {0U, 14U, 15U, 17U, 66U}) {
    const SecretBytes master(size);
    CHECK(refusal(split_master_secret({.secret = master, .passphrase = SecretBytes(0)},
                                      {.groups = {group(2, 3)}},
                                      counting))
              .code == ErrorCode::kInvalidArgument);
  }
  CHECK(asked == 0);
}

TEST_CASE("split: a source of randomness that gives too little is a broken machine") {
  const auto short_source = [](std::size_t size) { return SecretBytes(size - 1); };
  CHECK(split_refusal({.groups = {group(3, 5)}}, {.random = short_source}) ==
        ErrorCode::kDeviceFailure);
}

TEST_CASE("combine: the share that does not belong is named by its place") {
  const SecretBytes master = SecretBytes::random(16);
  const Shares genuine = split_layout(master, {.groups = {group(3, 5)}});
  const auto told = [&genuine](auto change) {
    Shares shares = chosen(genuine, {0, 1, 2});
    change(shares[1]);
    const base::Error error = plain_refusal(shares);
    CHECK(error.message.substr(0, 23) == "share 2 of those given ");
    CHECK(error.code == ErrorCode::kInconsistent);
    return error.message.substr(23);
  };
  CHECK(told([](Slip39Share& share) { share.identifier ^= 1U; }).substr(0, 23) ==
        "belongs to another set ");
  CHECK(told([](Slip39Share& share) { share.extendable = Extendable::kNo; }).substr(0, 16) ==
        "has another form");
  CHECK(told([](Slip39Share& share) { share.iteration_exponent = 1; }).substr(0, 21) ==
        "has another iteration");
  CHECK(told([](Slip39Share& share) {
          share.group_count = 2;
          share.group_threshold = 2;
        }).substr(0, 36) == "says another number of groups needed");
  CHECK(told([](Slip39Share& share) { share.group_count = 2; }).substr(0, 34) ==
        "says another number of groups than");
  CHECK(told([](Slip39Share& share) { share.value = SecretBytes::random(18); }).substr(0, 20) ==
        "is longer or shorter");
  CHECK(told([](Slip39Share& share) { share.threshold = 2; }).substr(0, 36) ==
        "says another number of shares needed");
  CHECK(told([](Slip39Share& share) { share.index = 0; }).substr(0, 44) ==
        "stands at the place of an earlier one and ha");
}

TEST_CASE("combine: the same share twice is refused, and its second copy named") {
  const Shares genuine = split_layout(SecretBytes::random(16), {.groups = {group(3, 5)}});
  const Shares twice = chosen(genuine, {4, 0, 4});
  const std::string message =
      "share 3 of those given was given before; leave out the second copy and take another share";
  CHECK(plain_refusal(twice).message == message);
  CHECK(blind_refusal(twice).message == message);
}

TEST_CASE("combine: fields out of range are refused, and the share is named") {
  const Shares genuine = split_layout(SecretBytes::random(16), {.groups = {group(3, 5)}});
  const auto code = [&genuine](auto change) {
    Shares shares = chosen(genuine, {0, 1, 2});
    change(shares[2]);
    const base::Error error = plain_refusal(shares);
    CHECK(error.message.substr(0, 23) == "share 3 of those given:");
    return error.code;
  };
  CHECK(code([](Slip39Share& share) { share.threshold = 0; }) == ErrorCode::kInvalidArgument);
  CHECK(code([](Slip39Share& share) { share.index = 16; }) == ErrorCode::kInvalidArgument);
  CHECK(code([](Slip39Share& share) { share.identifier = 0x8000; }) == ErrorCode::kInvalidArgument);
  CHECK(code([](Slip39Share& share) { share.value = SecretBytes(15); }) ==
        ErrorCode::kInvalidArgument);
  CHECK(code([](Slip39Share& share) { share.group_threshold = 2; }) == ErrorCode::kInvalidArgument);
}

TEST_CASE("combine: a forged value is noticed by the digest, whichever share it is") {
  const Shares genuine = split_layout(SecretBytes::random(32), {.groups = {group(3, 5)}});
  for (std::size_t forged = 0; forged < 3; ++forged) {
    Shares shares = chosen(genuine, {0, 1, 2});
    shares[forged].value.write().bytes()[31] ^= 1U;
    CHECK(plain_refusal(shares).message ==
          "the group of share 1 of those given does not give a secret: at least one of its shares "
          "is not genuine or was damaged; check each against its card or its other copy");
    const base::Error error = blind_refusal(shares);
    CHECK(error.code == ErrorCode::kInconsistent);
    CHECK(error.message ==
          "these shares do not give a secret: more shares are needed, or at least one of them is "
          "not genuine; add a share, or check each one by itself");
  }
}

TEST_CASE("combine: a forged surplus share is noticed too") {
  const Shares genuine = split_layout(SecretBytes::random(32), {.groups = {group(3, 6)}});
  for (std::size_t forged = 0; forged < 6; ++forged) {
    Shares shares = chosen(genuine, {0, 1, 2, 3, 4, 5});
    shares[forged].value.write().bytes()[0] ^= 0x80U;
    CHECK(!combine_blind(shares).ok());
    CHECK(!prove_one_polynomial(shares).ok());
  }
}

TEST_CASE("combine: no share at all") {
  CHECK(plain_refusal({}).code == ErrorCode::kInsufficient);
  CHECK(blind_refusal({}).code == ErrorCode::kInsufficient);
  CHECK(refusal(prove_one_polynomial({})).code == ErrorCode::kInsufficient);
}

TEST_CASE("proof: too few shares prove nothing, and a good polynomial needs a good digest") {
  const SecretBytes master = SecretBytes::random(16);
  const Shares shares = split_layout(master, {.groups = {group(3, 5)}});
  CHECK(refusal(prove_one_polynomial(chosen(shares, {0, 1}))).code == ErrorCode::kInsufficient);
  CHECK(prove_one_polynomial(chosen(shares, {0, 1, 2})).ok());
  // Points of one line, but not of a SLIP-39 set.
  Shares line = chosen(shares, {0, 1, 2, 3, 4});
  for (Slip39Share& share : line) {
    share.value = SecretBytes(16);
  }
  const base::Error error = refusal(prove_one_polynomial(line));
  CHECK(error.code == ErrorCode::kInconsistent);
  CHECK(error.message.substr(0, 25) == "the shares just made do n");
}
