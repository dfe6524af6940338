// shamir/mode.h - whether a share counts for a real key, for a rehearsal, or for a drill.
//
// The mode is in the first bytes of every file and card, in what the dealer signs and in the set
// header, so that no machine takes a practice share for a real one or the reverse.

#pragma once

#include <optional>
#include <string_view>

namespace shamir {

enum class Mode {
  kProduction,  // the real key
  kRehearsal,   // throw-away keys
  kDrill,       // a root and a share set of the drill's own
};

// "PRODUCTION", "REHEARSAL", "DRILL": in artifacts and on cards.
constexpr std::string_view name_of(Mode mode) {
  switch (mode) {
    case Mode::kProduction:
      return "PRODUCTION";
    case Mode::kRehearsal:
      return "REHEARSAL";
    case Mode::kDrill:
      return "DRILL";
  }
  return "?";
}

// The letter that stands for the mode in magic numbers and signed messages: P, R, D.
constexpr char letter_of(Mode mode) {
  return name_of(mode).front();
}

constexpr std::optional<Mode> mode_of_letter(char letter) {
  for (const Mode mode : {Mode::kProduction, Mode::kRehearsal, Mode::kDrill}) {
    if (letter_of(mode) == letter) {
      return mode;
    }
  }
  return std::nullopt;
}

constexpr std::optional<Mode> mode_of_name(std::string_view name) {
  for (const Mode mode : {Mode::kProduction, Mode::kRehearsal, Mode::kDrill}) {
    if (name_of(mode) == name) {
      return mode;
    }
  }
  return std::nullopt;
}

}  // namespace shamir
