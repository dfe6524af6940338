// Declarations are written by people and come in on a stick: any bytes must be read or refused, and
// what was read must be fit for a public file.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/bytes.h"
#include "ceremony/declarations.h"
#include "ceremony/quorum_words.h"

namespace {

void require(const ceremony::Declaration& declaration) {
  const std::string value =
      declaration.value.dump(-1, ' ', true, ceremony::Json::error_handler_t::strict);
  if (declaration.by.empty() || !ceremony::is_date(declaration.date) ||
      ceremony::seems_to_tell_the_quorum(declaration.note) || value.empty()) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = ceremony::parse_declarations(base::text_of({data, size}));
  if (!parsed) {
    if (parsed.error().message.empty()) {
      std::abort();
    }
    return 0;
  }
  for (const auto& declaration : parsed->declarations) {
    require(declaration);
  }
  for (const auto& anchor : parsed->anchors) {
    for (const auto& declaration : anchor.declarations) {
      require(declaration);
    }
  }
  return 0;
}
