#include "ceremony/cli/rehearsal_text.h"

#include <array>
#include <cstdio>

#include "base/calendar.h"
#include "base/media.h"

namespace ceremony::cli {

using base::Result;
namespace fs = std::filesystem;

std::string days_after(const std::string& date, int days) {
  return base::format_date(*base::add_days(*base::parse_date(date), std::chrono::days(days)));
}

std::string number_of(std::uint32_t sequence) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "%04u", sequence % 10000U);
  return text.data();
}

Result<void> make_folders(const fs::path& root, std::initializer_list<const char*> names) {
  for (const char* const name : names) {
    if (auto made = base::make_new_folder(root / name); !made) {
      return made;
    }
  }
  return {};
}

}  // namespace ceremony::cli
