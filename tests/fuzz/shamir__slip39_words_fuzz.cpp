// Any text as the words of a share: what is read is written back as the same words, in lower case,
// whole, and with single blanks.

#include <cstdlib>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "shamir/slip39.h"
#include "shamir/slip39_words.h"

namespace {

using base::SecretBytes;

// The words in their normal form, by the list alone.
std::string normalised(const SecretBytes& text) {
  const auto numbers = shamir::slip39::numbers_of(text);
  if (!numbers) {
    std::abort();  // it was read as a share before
  }
  const SecretBytes words = shamir::slip39::text_of(*numbers);
  const SecretBytes::Reader reader = words.read();
  return std::string(base::text_of(reader.bytes()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 2048) {
    return 0;  // the longest share has 59 words
  }
  const SecretBytes text = SecretBytes::copy_of({data, size});
  const auto share = shamir::read_words(text);
  if (!share) {
    return 0;
  }
  const auto words = shamir::write_words(*share);
  if (!words) {
    std::abort();
  }
  const SecretBytes::Reader reader = words->read();
  if (base::text_of(reader.bytes()) != normalised(text)) {
    std::abort();
  }
  return 0;
}
