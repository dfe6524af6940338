// A plan that is read writes itself so that it reads the same; an annex is read or refused.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "base/bytes.h"
#include "ceremony/plan.h"
#include "ceremony/plan_writer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = base::text_of({data, size});
  const auto plan = ceremony::parse_plan(text);
  if (plan) {
    const std::string written = ceremony::write_plan(*plan);
    const auto again = ceremony::parse_plan(written);
    if (!again || ceremony::write_plan(*again) != written) {
      std::abort();
    }
  }
  const auto annex = ceremony::parse_annex(text);
  static_cast<void>(annex.ok());
  return 0;
}
