// shamir__envelope_fuzz - the clear header of an envelope, and the body behind its lock.

#include <cstdlib>

#include "shamir/envelope.h"
#include "shamir/held_share.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView input(data, size);
  const auto header = shamir::inspect_envelope(input);
  if (header && (size != shamir::kEnvelopeSize || !shamir::looks_like_envelope(input))) {
    std::abort();
  }
  const auto held =
      shamir::read_share_body(base::SecretBytes::copy_of(input), shamir::Mode::kDrill);
  if (held) {
    const auto body = shamir::write_share_body(*held);
    if (!body || !body->equals(base::SecretBytes::copy_of(input))) {
      std::abort();  // write(parse(x)) == x
    }
  }
  return 0;
}
