#include "ceremony/cli/rehearsal_text.h"

#include <iomanip>
#include <iostream>

#include "base/calendar.h"
#include "base/media.h"

namespace ceremony::cli {

using base::Result;
namespace fs = std::filesystem;

std::string days_after(const std::string& date, int days) {
  return base::format_date(*base::add_days(*base::parse_date(date), std::chrono::days(days)));
}

std::string years_after(const std::string& date, int years) {
  const auto later = base::add_years(*base::parse_date(date), std::chrono::years(years));
  return base::format_date(*base::add_days(*later, std::chrono::days(-1)));
}

void say_held(const std::string& ceremony, double seconds, const std::string& what) {
  std::cout << "  " << std::left << std::setw(24) << ceremony << ' ' << std::right << std::fixed
            << std::setprecision(1) << std::setw(6) << seconds << " s  " << what << std::endl;
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
