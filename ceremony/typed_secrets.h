// ceremony/typed_secrets.h - knows again what was typed as a secret in this process, without
// keeping it.
//
// Of each passphrase and PIN a mark of 32 bits is kept: BLAKE2b under a key that is drawn when the
// process begins and dies with it. That is enough to know the value again in a text. Whoever
// reads key and marks from this process's memory can tell a PIN by them, and which of many guesses
// at a passphrase are wrong; both are wiped with the session.
// Compared are the words of a text (letters and digits; capital letters count as small ones), so a
// passphrase is found whatever stands around it and between its words. It is not found with a part
// left out, without its blanks, or where it was typed into another process of this ceremony.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/secret_bytes.h"

namespace ceremony {

// Which of them count. A short one, like a PIN, also comes into a text by chance; a long one does
// not.
enum class Chance {
  kMay,     // 8 letters and more anywhere in the text; shorter ones where they are the whole text
  kMayNot,  // only those of 20 letters and more, or of four words with 12 letters and more
};

inline constexpr std::size_t kLongestTyped = 1024;  // bytes

class TypedSecrets {
 public:
  // What was typed as a secret, in UTF-8. What has neither letters nor digits is left out, and what
  // is longer than kLongestTyped: that is a file, which secret_forms.h knows by its form.
  void remember(const base::SecretBytes& typed);

  // Whether one of them stands in the text; the first `known` do not count.
  [[nodiscard]] bool stand_in(std::string_view text, Chance chance, std::size_t known = 0) const;

  [[nodiscard]] std::size_t count() const { return marks_.size(); }

  // How often any was forgotten: while this stays, what was counted before is still the same.
  [[nodiscard]] std::uint64_t times_forgotten() const { return times_forgotten_; }

  // Forgets all but the first `count`.
  void forget_behind(std::size_t count);

  // Forgets all of them.
  void forget() { forget_behind(0); }

 private:
  enum class Length { kShort, kOrdinary, kLong };
  struct Mark {
    std::size_t words = 0;
    Length length = Length::kShort;
    std::uint32_t value = 0;

    friend bool operator==(const Mark&, const Mark&) = default;
  };
  class Row;

  [[nodiscard]] static bool is_in(const Mark& mark, const Row& row, base::ByteView key);

  base::SecretBytes key_ = base::SecretBytes::random(32);
  std::vector<Mark> marks_;
  std::uint64_t times_forgotten_ = 0;
};

}  // namespace ceremony
