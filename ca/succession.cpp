#include "ca/succession.h"

#include <algorithm>
#include <array>

namespace ca {

namespace {

struct NamedSuccession {
  std::string_view name;
  Succession value;
};

constexpr std::array kSuccessions{NamedSuccession{"renewal", Succession::kRenewal},
                                  NamedSuccession{"re-key", Succession::kRekey},
                                  NamedSuccession{"cross", Succession::kCross}};

}  // namespace

bool keeps_key(Succession succession) {
  return succession != Succession::kRekey;
}

std::string_view name_of(Succession succession) {
  return std::ranges::find(kSuccessions, succession, &NamedSuccession::value)->name;
}

std::optional<Succession> succession_named(std::string_view name) {
  const auto found = std::ranges::find(kSuccessions, name, &NamedSuccession::name);
  return found == kSuccessions.end() ? std::nullopt : std::optional<Succession>(found->value);
}

}  // namespace ca
