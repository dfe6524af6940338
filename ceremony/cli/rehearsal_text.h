// ceremony/cli/rehearsal_text.h - small texts and folders that the parts of a rehearsal share.

#pragma once

#include <filesystem>
#include <initializer_list>
#include <string>

#include "base/result.h"

namespace ceremony::cli {

// The date so many days later; both YYYY-MM-DD. Requires: a date.
std::string days_after(const std::string& date, int days);

// One line about a ceremony that is done, on standard output.
void say(const std::string& ceremony, double seconds, const std::string& what);

// Makes these folders below `root`. Errors: as base::make_new_folder().
base::Result<void> make_folders(const std::filesystem::path& root,
                                std::initializer_list<const char*> names);

}  // namespace ceremony::cli
