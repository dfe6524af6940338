// A vault header that is read is exactly what would be written.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "base/bytes.h"
#include "ceremony/vault.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = base::text_of({data, size});
  const auto header = ceremony::read_vault_header(text);
  if (header) {
    const auto written = ceremony::write_vault_header(*header);
    if (!written || *written != text) {
      std::abort();
    }
  }
  return 0;
}
