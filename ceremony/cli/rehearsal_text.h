// ceremony/cli/rehearsal_text.h - small texts and folders that the parts of a rehearsal share.

#pragma once

#include <filesystem>
#include <initializer_list>
#include <string>

#include "base/result.h"

namespace ceremony::cli {

// The date so many days later; both YYYY-MM-DD. Requires: a date.
std::string days_after(const std::string& date, int days);

// The last day of so many years from this date on. Requires: a date.
std::string years_after(const std::string& date, int years);

// A line on standard output: this ceremony was held, how long it took, and what came of it.
void say_held(const std::string& ceremony, double seconds, const std::string& what);

// Makes these folders below `root`. Errors: as base::make_new_folder().
base::Result<void> make_folders(const std::filesystem::path& root,
                                std::initializer_list<const char*> names);

}  // namespace ceremony::cli
