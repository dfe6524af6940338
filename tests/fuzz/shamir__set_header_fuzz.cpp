// shamir__set_header_fuzz - a set header that is read is written with the same bytes.

#include <cstdlib>
#include <string>

#include "base/bytes.h"
#include "base/digest.h"
#include "shamir/set_header.h"

namespace {

void check(std::string_view text) {
  const auto header = shamir::read_set_header(text);
  if (!header) {
    return;
  }
  const auto written = shamir::write_set_header(*header);
  if (!written || *written != text) {
    std::abort();  // write(parse(x)) == x
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(base::text_of(base::ByteView(data, size)));
  check(text);
  // With the right hash behind it, so that the parser is reached beyond the hash.
  check(text + "sha256: " + base::sha256_hex(base::bytes_of(text)) + "\n");
  return 0;
}
