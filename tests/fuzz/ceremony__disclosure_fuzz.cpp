// Any bytes as a disclosure: never a crash; what is accepted is written back byte for byte.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/bytes.h"
#include "base/text_encoding.h"
#include "ceremony/disclosure.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // As given, and as the JSON inside, which the fuzzer reaches more easily.
  for (const std::string& text :
       {std::string(base::text_of({data, size})), base::to_base64url({data, size})}) {
    const auto disclosure = ceremony::parse_disclosure(text);
    if (disclosure && disclosure->text().value() != text) {
      std::abort();
    }
  }
  return 0;
}
