// tests/fuzz/base__digest_words_fuzz.cpp - words name one digest; a digest has one spelling.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/digest_words.h"

namespace {

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = base::text_of({data, size});
  const auto parsed = base::parse_digest_words(text);
  if (parsed.ok()) {
    require(base::parse_digest_words(base::digest_words(*parsed)).value() == *parsed);
  } else {
    require(parsed.error().code == base::ErrorCode::kMalformed);
  }
  base::Digest digest{};
  std::copy_n(data, std::min(size, digest.size()), digest.begin());
  const std::string words = base::digest_words(digest);
  require(base::parse_digest_words(words).value() == digest);
  require(words.rfind(base::short_digest_words(digest), 0) == 0);
  const auto hex = base::parse_digest_hex(text);
  require(!hex || base::digest_hex(*hex) == text);
  return 0;
}
