// Runs the code that touches secrets on bytes that valgrind takes for uninitialised: it then
// reports every branch and every address that depends on one of them.
//
// Source: A. Langley, "Checking that functions are constant time with Valgrind" (ctgrind, 2010).
// A verdict is public by design where the code says so with public_verdict(); nothing else is
// declassified. The controls leak on purpose, at the start and at the end of the same paths.

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <numeric>
#include <string_view>
#include <valgrind/memcheck.h>
#include <vector>

#include <sodium.h>

#include "shamir/slip39.h"
#include "shamir/slip39_checksum.h"
#include "shamir/slip39_words.h"
#include "shamir/split.h"

namespace {

using base::SecretBytes;
using shamir::Extendable;
using shamir::PointView;
using shamir::Slip39Share;

constexpr std::size_t kSize = 32;

SecretBytes marked(SecretBytes secret) {
  const SecretBytes::Writer writer = secret.write();
  VALGRIND_MAKE_MEM_UNDEFINED(writer.bytes().data(), writer.bytes().size());
  return secret;
}

SecretBytes drawn(std::size_t size) {
  return marked(SecretBytes::random(size));
}

// Whether valgrind takes the first byte for secret. Without valgrind nothing is.
bool is_marked(const SecretBytes& secret) {
  unsigned char undefined_bits = 0;
  const SecretBytes::Reader reader = secret.read();
  return VALGRIND_GET_VBITS(reader.bytes().data(), &undefined_bits, 1) == 1 && undefined_bits != 0;
}

[[noreturn]] void give_up(const char* what) {
  std::fprintf(stderr, "constant_time: %s\n", what);
  std::exit(1);
}

template <typename T>
T must(base::Result<T> result) {
  if (!result) {
    give_up(result.error().message.c_str());
  }
  return std::move(result).value();
}

std::vector<shamir::Point> plain_shares() {
  const SecretBytes secret = drawn(kSize);
  const std::array<PointView, 1> fixed = {PointView{.x = 0, .y = &secret}};
  return must(
      shamir::split(fixed, {.threshold = 3, .points_at = {1, 2, 3, 4, 5}, .random = drawn}));
}

std::vector<PointView> views(const std::vector<shamir::Point>& points) {
  std::vector<PointView> all;
  for (const shamir::Point& point : points) {
    all.push_back({.x = point.x, .y = &point.y});
  }
  return all;
}

std::vector<Slip39Share> words_shares(Extendable extendable) {
  const SecretBytes secret = drawn(kSize);
  char letters[] = "a passphrase";
  const SecretBytes passphrase = marked(
      SecretBytes::copy_of({reinterpret_cast<const std::uint8_t*>(letters), std::strlen(letters)}));
  shamir::Slip39Layout layout;
  layout.groups = {{.threshold = 3, .indices = {0, 5, 9, 12, 15}}};
  return must(shamir::split_master_secret({.secret = secret, .passphrase = passphrase},
                                          layout,
                                          {.extendable = extendable, .random = drawn}));
}

void split_and_interpolate() {
  const auto points = plain_shares();
  const SecretBytes secret = must(shamir::interpolate(views(points), 0));
  if (!is_marked(points[4].y) || !is_marked(secret)) {
    give_up("the mark was lost, or valgrind is not running");
  }
}

void one_polynomial() {
  auto points = plain_shares();
  if (!must(shamir::lie_on_one_polynomial(views(points), 3))) {
    give_up("the points do not lie on one polynomial");
  }
  points[4].y.write().bytes()[7] ^= 1U;
  if (must(shamir::lie_on_one_polynomial(views(points), 3))) {
    give_up("a changed point was not noticed");
  }
}

void slip39_extendable() {
  const auto shares = words_shares(Extendable::kYes);
  if (!shamir::prove_one_polynomial(shares).ok()) {
    give_up("the shares do not lie on one polynomial");
  }
  if (!is_marked(must(shamir::combine_blind(shares)))) {
    give_up("the mark was lost, or valgrind is not running");
  }
}

void slip39_older_form() {
  const auto shares = words_shares(Extendable::kNo);
  if (!is_marked(must(shamir::combine(std::span(shares).first(3), drawn(0))))) {
    give_up("the mark was lost, or valgrind is not running");
  }
}

void slip39_wrong_digest() {
  auto shares = words_shares(Extendable::kYes);
  shares[1].value.write().bytes()[0] ^= 1U;
  if (shamir::combine_blind(shares).ok()) {
    give_up("a changed share was not noticed");
  }
}

void checksum_of_words() {
  shamir::slip39::WordNumbers numbers(33);
  for (std::size_t place = 0; place < numbers.size(); ++place) {
    std::uint32_t number = static_cast<std::uint32_t>(place * 31);
    VALGRIND_MAKE_MEM_UNDEFINED(&number, sizeof number);
    numbers.set(place, number);
  }
  shamir::slip39::write_checksum(numbers, Extendable::kYes);
  if (!shamir::slip39::checksum_holds(numbers, Extendable::kYes)) {
    give_up("the checksum just written does not hold");
  }
}

void one_word() {
  for (std::uint32_t number = 0; number < shamir::slip39::kWordCount; number += 93) {
    std::uint32_t hidden = number;
    VALGRIND_MAKE_MEM_UNDEFINED(&hidden, sizeof hidden);
    const std::uint64_t letters = shamir::slip39::letters_at(hidden);
    std::array<std::uint8_t, 8> word{};
    std::memcpy(word.data(), &letters, sizeof letters);
    std::uint32_t found = shamir::slip39::number_of(std::span(word).first(4));
    VALGRIND_MAKE_MEM_DEFINED(&found, sizeof found);
    if (found != number) {
      give_up("a word was not found");
    }
  }
}

volatile unsigned sink = 0;

void branch_on(const SecretBytes& secret) {
  if ((secret.read().bytes()[0] & 1U) != 0) {
    sink = sink + 1;
  }
}

void control_branch() {
  branch_on(drawn(kSize));
}

void control_table() {
  static std::array<unsigned, 256> table = [] {
    std::array<unsigned, 256> numbers{};
    std::iota(numbers.begin(), numbers.end(), sink);
    return numbers;
  }();
  const SecretBytes secret = drawn(kSize);
  sink = table[secret.read().bytes()[0]];
}

void control_share() {
  branch_on(plain_shares()[2].y);
}

void control_coefficient() {
  // The secret is known here; the mark can only come from the coefficients.
  const SecretBytes secret(kSize);
  const std::array<PointView, 1> fixed = {PointView{.x = 0, .y = &secret}};
  branch_on(
      must(shamir::split(fixed, {.threshold = 3, .points_at = {1, 2}, .random = drawn}))[0].y);
}

void control_opened() {
  branch_on(must(shamir::combine_blind(words_shares(Extendable::kYes))));
}

struct Run {
  std::string_view name;
  void (*run)();
};

constexpr std::array<Run, 7> kParts = {{{"split", split_and_interpolate},
                                        {"one-polynomial", one_polynomial},
                                        {"slip39-extendable", slip39_extendable},
                                        {"slip39-older-form", slip39_older_form},
                                        {"wrong-digest", slip39_wrong_digest},
                                        {"checksum", checksum_of_words},
                                        {"word", one_word}}};

constexpr std::array<Run, 5> kControls = {{{"control-branch", control_branch},
                                           {"control-table", control_table},
                                           {"control-share", control_share},
                                           {"control-coefficient", control_coefficient},
                                           {"control-opened", control_opened}}};

void list(std::span<const Run> runs) {
  for (const Run& run : runs) {
    std::printf("%s\n", run.name.data());
  }
}

bool run_named(std::span<const Run> runs, std::string_view name) {
  for (const Run& run : runs) {
    if (run.name == name) {
      run.run();
      return true;
    }
  }
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view name = argc == 2 ? argv[1] : "";
  if (sodium_init() < 0) {
    give_up("libsodium found no source of randomness");
  }
  if (name == "--parts") {
    list(kParts);
  } else if (name == "--controls") {
    list(kControls);
  } else if (!run_named(kParts, name) && !run_named(kControls, name)) {
    give_up("usage: constant_time --parts | --controls | NAME");
  }
  return 0;
}
