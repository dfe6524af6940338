// slip39_interop make | open FILE - our half of the test against the npm package; see interop.js.
//
// All secrets here are drawn for the test and worth nothing, so they may stand in files.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <numeric>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>
#include <sodium.h>

#include "base/bytes.h"
#include "shamir/slip39.h"

namespace {

using base::SecretBytes;
using nlohmann::json;
using shamir::Extendable;
using shamir::Slip39Group;
using shamir::Slip39Share;

[[noreturn]] void give_up(const std::string& what) {
  std::fprintf(stderr, "slip39_interop: %s\n", what.c_str());
  std::exit(1);
}

template <typename T>
T must(base::Result<T> result, const std::string& name) {
  if (!result) {
    give_up(name + ": " + result.error().message);
  }
  return std::move(result).value();
}

SecretBytes secret(const std::string& text) {
  return SecretBytes::copy_of(base::bytes_of(text));
}

std::string text(const SecretBytes& words) {
  const SecretBytes::Reader reader = words.read();
  return std::string(base::text_of(reader.bytes()));
}

std::string hex(const SecretBytes& bytes) {
  const SecretBytes::Reader reader = bytes.read();
  std::string digits(2 * bytes.size() + 1, '\0');
  sodium_bin2hex(digits.data(), digits.size(), reader.bytes().data(), bytes.size());
  digits.pop_back();
  return digits;
}

struct Case {
  std::string name;
  std::size_t size = 32;
  std::string passphrase;
  shamir::Slip39Layout layout;
  shamir::Slip39Options options;
  std::vector<std::uint8_t> taken = {0};  // groups used to open
};

// A group with as many members at indices drawn from all sixteen.
Slip39Group drawn_group(unsigned needed, unsigned made, std::mt19937& random) {
  std::vector<std::uint8_t> indices(16);
  std::iota(indices.begin(), indices.end(), std::uint8_t{0});
  std::shuffle(indices.begin(), indices.end(), random);
  indices.resize(made);
  return {.threshold = static_cast<std::uint8_t>(needed), .indices = indices};
}

// Just enough of the shares: of each group taken, its first `threshold` members.
std::vector<Slip39Share> enough(std::vector<Slip39Share> shares, const Case& made) {
  std::vector<Slip39Share> some;
  std::vector<unsigned> counts(16);
  for (Slip39Share& share : shares) {
    const bool is_taken =
        std::find(made.taken.begin(), made.taken.end(), share.group_index) != made.taken.end();
    if (is_taken && counts[share.group_index]++ < share.threshold) {
      some.push_back(std::move(share));
    }
  }
  return some;
}

json entry_of(const Case& made, std::mt19937& random) {
  const SecretBytes master = SecretBytes::random(made.size);
  const SecretBytes passphrase = secret(made.passphrase);
  auto shares =
      enough(must(shamir::split_master_secret(
                      {.secret = master, .passphrase = passphrase}, made.layout, made.options),
                  made.name),
             made);
  std::shuffle(shares.begin(), shares.end(), random);
  json mnemonics = json::array();
  for (const Slip39Share& share : shares) {
    mnemonics.push_back(text(must(shamir::write_words(share), made.name)));
  }
  return {{"name", made.name},
          {"passphrase", made.passphrase},
          {"secret", hex(master)},
          {"mnemonics", mnemonics}};
}

// Sets where the threshold was not known to the one who writes the words: more shares than needed,
// and the number of those presented in place of the threshold (k-blind recovery by other tools).
json blind_entry(unsigned presented, std::mt19937& random) {
  const SecretBytes master = SecretBytes::random(32);
  const std::string name = "k-blind, " + std::to_string(presented) + " presented";
  auto shares = must(shamir::split_master_secret({.secret = master, .passphrase = SecretBytes(0)},
                                                 {.groups = {drawn_group(3, presented, random)}}),
                     name);
  json mnemonics = json::array();
  for (Slip39Share& share : shares) {
    share.threshold = static_cast<std::uint8_t>(presented);
    mnemonics.push_back(text(must(shamir::write_words(share), name)));
  }
  return {{"name", name}, {"passphrase", ""}, {"secret", hex(master)}, {"mnemonics", mnemonics}};
}

json make(std::mt19937& random) {
  json entries = json::array();
  std::size_t number = 0;
  for (unsigned made = 2; made <= 16; ++made) {
    for (unsigned needed = 2; needed <= made; ++needed, ++number) {
      entries.push_back(entry_of(
          {.name = "one group, pair " + std::to_string(number),
           .size = 16 + 2 * (number % 9),
           .passphrase = number % 2 == 0 ? "" : "correct horse ~ !",
           .layout = {.groups = {drawn_group(needed, made, random)}},
           .options = {.extendable = number / 2 % 2 == 0 ? Extendable::kNo : Extendable::kYes}},
          random));
    }
  }
  for (unsigned presented = 3; presented <= 16; ++presented) {
    entries.push_back(blind_entry(presented, random));
  }
  for (const Extendable extendable : {Extendable::kNo, Extendable::kYes}) {
    entries.push_back(entry_of({.name = "two of three groups",
                                .passphrase = "TREZOR",
                                .layout = {.group_threshold = 2,
                                           .groups = {drawn_group(1, 1, random),
                                                      drawn_group(2, 3, random),
                                                      drawn_group(3, 5, random)}},
                                .options = {.extendable = extendable, .iteration_exponent = 1},
                                .taken = {0, 2}},
                               random));
    entries.push_back(
        entry_of({.name = "either of two groups",
                  .passphrase = "",
                  .layout = {.group_threshold = 1,
                             .groups = {drawn_group(2, 3, random), drawn_group(4, 7, random)}},
                  .options = {.extendable = extendable},
                  .taken = {1}},
                 random));
  }
  return entries;
}

std::vector<Slip39Share> shares_of(const json& entry, const std::string& name) {
  std::vector<Slip39Share> shares;
  for (const std::string mnemonic : entry.at("mnemonics")) {
    shares.push_back(must(shamir::read_words(secret(mnemonic)), name));
    if (text(must(shamir::write_words(shares.back()), name)) != mnemonic) {
      give_up(name + ": the words were not written back as they came");
    }
  }
  return shares;
}

void open(const json& entries) {
  for (const json& entry : entries) {
    const std::string name = entry.at("name");
    const auto shares = shares_of(entry, name);
    const auto opened = must(shamir::combine(shares, secret(entry.at("passphrase"))), name);
    if (hex(opened) != entry.at("secret").get<std::string>()) {
      give_up(name + ": we opened another secret");
    }
  }
  if (entries.size() < 100) {
    give_up("there are too few sets to compare");
  }
  std::printf("we opened %zu sets of npm slip39\n", entries.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (sodium_init() < 0) {
    give_up("libsodium found no source of randomness");
  }
  const std::string_view verb = argc > 1 ? argv[1] : "";
  if (verb == "make" && argc == 2) {
    const unsigned seed = randombytes_random();
    std::fprintf(stderr, "seed %u\n", seed);
    std::mt19937 random(seed);
    std::printf("%s\n", make(random).dump().c_str());
  } else if (verb == "open" && argc == 3) {
    std::ifstream file(argv[2]);
    open(json::parse(file));
  } else {
    give_up("usage: slip39_interop make | open FILE");
  }
  return 0;
}
