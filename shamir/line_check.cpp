#include "shamir/line_check.h"

#include <algorithm>

namespace shamir {

namespace {

using Symbol = std::uint8_t;

constexpr unsigned kOrder = 31;  // of a in GF(32)
constexpr unsigned kPolynomial = 0b100101;
constexpr std::size_t kWordSize = 1 + kLineDataSymbols + kLineCheckSymbols;

constexpr std::array<Symbol, kOrder> make_powers() {
  std::array<Symbol, kOrder> powers{};
  unsigned value = 1;
  for (Symbol& power : powers) {
    power = static_cast<Symbol>(value);
    value <<= 1U;
    value ^= (value & 0b100000U) != 0 ? kPolynomial : 0U;
  }
  return powers;
}

constexpr std::array<Symbol, kOrder> kPowers = make_powers();

constexpr std::array<Symbol, kOrder + 1> make_logarithms() {
  std::array<Symbol, kOrder + 1> logarithms{};
  for (std::size_t exponent = 0; exponent < kOrder; ++exponent) {
    logarithms.at(kPowers.at(exponent)) = static_cast<Symbol>(exponent);
  }
  return logarithms;
}

constexpr std::array<Symbol, kOrder + 1> kLogarithms = make_logarithms();

Symbol power_of_a(std::size_t exponent) {
  return kPowers.at(exponent % kOrder);
}

struct Product {
  Symbol left = 0;
  Symbol right = 0;
};

Symbol multiply(Product of) {
  if (of.left == 0 || of.right == 0) {
    return 0;
  }
  return power_of_a(std::size_t{kLogarithms.at(of.left)} + kLogarithms.at(of.right));
}

// The number first, then the symbols: coefficients from the highest power down.
std::array<Symbol, kWordSize> word_of(const LineWord& line) {
  std::array<Symbol, kWordSize> word{line.number};
  std::copy(line.symbols.begin(), line.symbols.end(), word.begin() + 1);
  return word;
}

// The word's polynomial at a, a^2, a^3 and a^4: all zero where it is of the code.
std::array<Symbol, kLineCheckSymbols> syndromes_of(const LineWord& line) {
  std::array<Symbol, kLineCheckSymbols> syndromes{};
  for (std::size_t root = 0; root < syndromes.size(); ++root) {
    Symbol sum = 0;
    for (const Symbol symbol : word_of(line)) {
      sum = static_cast<Symbol>(multiply({sum, power_of_a(root + 1)}) ^ symbol);
    }
    syndromes.at(root) = sum;
  }
  return syndromes;
}

// The product of (x - a^i) for i = 1 to 4, without its leading 1, highest power first.
constexpr std::array<Symbol, kLineCheckSymbols> make_generator() {
  std::array<Symbol, kLineCheckSymbols + 1> product{0, 0, 0, 0, 1};  // lowest power last
  std::array<Symbol, kLineCheckSymbols + 1> next{};
  for (std::size_t root = 1; root <= kLineCheckSymbols; ++root) {
    for (std::size_t place = 0; place < product.size(); ++place) {
      const Symbol value = product.at(place);
      const Symbol scaled =
          value == 0 ? Symbol{0} : kPowers.at((kLogarithms.at(value) + root) % kOrder);
      const Symbol shifted = place + 1 < product.size() ? product.at(place + 1) : Symbol{0};
      next.at(place) = static_cast<Symbol>(scaled ^ shifted);
    }
    product = next;
  }
  return {product[1], product[2], product[3], product[4]};
}

// Where in the text the coefficient of x^power stands.
std::size_t symbol_place(std::size_t power) {
  return kWordSize - 1 - power - 1;
}

// The powers whose locators a^power are roots of x^2 + sum x + product.
std::vector<std::size_t> powers_at_roots(Symbol sum, Product product) {
  std::vector<std::size_t> found;
  for (std::size_t power = 0; power < kWordSize; ++power) {
    const Symbol x = power_of_a(power);
    if ((multiply({x, x}) ^ multiply({sum, x}) ^ multiply(product)) == 0) {
      found.push_back(power);
    }
  }
  return found;
}

Symbol inverse(Symbol value) {
  return power_of_a(kOrder - kLogarithms.at(value));
}

// The powers of the wrong coefficients, if one or two are wrong; else none.
std::vector<std::size_t> wrong_powers(const LineWord& line) {
  const auto [s1, s2, s3, s4] = syndromes_of(line);
  const auto determinant = static_cast<Symbol>(multiply({s1, s3}) ^ multiply({s2, s2}));
  if (determinant != 0) {
    const Symbol scale = inverse(determinant);
    const auto sum =
        multiply({static_cast<Symbol>(multiply({s1, s4}) ^ multiply({s2, s3})), scale});
    const auto top = static_cast<Symbol>(multiply({s2, s4}) ^ multiply({s3, s3}));
    std::vector<std::size_t> powers = powers_at_roots(sum, {top, scale});
    return powers.size() == 2 ? powers : std::vector<std::size_t>{};
  }
  if (s1 == 0 || s2 == 0 || multiply({s2, s3}) != multiply({s1, s4})) {
    return {};
  }
  const std::size_t power = kLogarithms.at(multiply({s2, inverse(s1)}));
  return power < kWordSize ? std::vector<std::size_t>{power} : std::vector<std::size_t>{};
}

}  // namespace

void add_line_check(LineWord& line) {
  static constexpr auto kGenerator = make_generator();
  std::array<Symbol, kLineCheckSymbols> rest{};
  const auto word = word_of(line);
  for (std::size_t place = 0; place < kWordSize - kLineCheckSymbols; ++place) {
    const auto factor = static_cast<Symbol>(word.at(place) ^ rest.front());
    std::rotate(rest.begin(), rest.begin() + 1, rest.end());
    rest.back() = 0;
    for (std::size_t term = 0; term < rest.size(); ++term) {
      rest.at(term) ^= multiply({factor, kGenerator.at(term)});
    }
  }
  std::copy(rest.begin(), rest.end(), line.symbols.begin() + kLineDataSymbols);
}

bool line_fits(const LineWord& line) {
  const auto syndromes = syndromes_of(line);
  return std::all_of(syndromes.begin(), syndromes.end(), [](Symbol s) { return s == 0; });
}

std::vector<std::size_t> wrong_symbols(const LineWord& line) {
  std::vector<std::size_t> places;
  for (const std::size_t power : wrong_powers(line)) {
    if (power == kWordSize - 1) {
      return {};  // the number, which nobody typed: not what happened
    }
    places.push_back(symbol_place(power));
  }
  std::sort(places.begin(), places.end());
  return places;
}

}  // namespace shamir
