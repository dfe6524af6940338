// shamir__share_lines_fuzz - what people type; an envelope that is read can be written and read.

#include <cstdlib>
#include <string>

#include "shamir/envelope.h"
#include "shamir/share_lines.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView input(data, size);
  const std::string_view text = base::text_of(input);
  const auto line =
      shamir::check_share_line({.number = size % shamir::kShareLines + 1, .text = text});
  if (line && size < shamir::kLineCharacters) {
    std::abort();
  }
  const auto envelope = shamir::read_share_lines(text);
  if (envelope && !shamir::looks_like_share_lines(text)) {
    std::abort();
  }
  if (size != shamir::kEnvelopeSize && !envelope) {
    return 0;
  }
  // Any 200 bytes have lines, and lines that are an envelope give it back.
  const auto lines = shamir::write_share_lines(envelope ? base::ByteView(*envelope) : input);
  if (!lines) {
    std::abort();
  }
  std::string written;
  for (const std::string& line : *lines) {
    written += line + "\n";
  }
  const auto again = shamir::read_share_lines(written);
  if (envelope && (!again || *again != *envelope)) {
    std::abort();  // parse(write(x)) == x
  }
  return 0;
}
