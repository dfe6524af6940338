// Any bytes as a seal, a verifier key, a signers file or a head.txt: never a crash; what is
// accepted is written back byte for byte.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/bytes.h"
#include "ceremony/head.h"
#include "ceremony/roster.h"
#include "ceremony/seal.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = base::text_of({data, size});
  const auto note = ceremony::parse_signed_note(text);
  if (note && note->whole() != text) {
    std::abort();
  }
  const auto open = ceremony::make_public_seal(text);
  if (open && (!note || !ceremony::parse_signed_note(*open))) {
    std::abort();
  }
  const auto key = ceremony::parse_vkey(text);
  if (key && key->text() != text) {
    std::abort();
  }
  const auto line = ceremony::parse_signature_line(text);
  if (line && line->line() != text) {
    std::abort();
  }
  const auto head = ceremony::parse_head_text(text);
  if (head && ceremony::head_text(*head).value() != text) {
    std::abort();
  }
  static_cast<void>(ceremony::parse_signers(text));
  return 0;
}
