#include "ca/softhsm_settings.h"

#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <system_error>
#include <unistd.h>

namespace ca {

namespace {

using base::Error;
using base::ErrorCode;

constexpr const char* kSettingsVariable = "SOFTHSM2_CONF";

Error no_settings() {
  return Error{ErrorCode::kStorageFailure,
               "the settings of the token could not be written into memory; free memory and begin "
               "again"};
}

}  // namespace

base::Result<void> point_softhsm_to(const SofthsmFolders& folders) {
  const std::string settings = "directories.tokendir = " + folders.tokens.string() +
                               "\nobjectstore.backend = file\nlog.level = ERROR\n"
                               "slots.removable = false\n";
  const std::filesystem::path file = folders.settings / "softhsm2.conf";
  std::error_code failed;
  std::filesystem::create_directory(folders.tokens, failed);
  const int opened = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (failed || opened < 0) {
    return no_settings();
  }
  const ssize_t written = ::write(opened, settings.data(), settings.size());
  if (::close(opened) != 0 || written != static_cast<ssize_t>(settings.size())) {
    return no_settings();
  }
  // NOLINTNEXTLINE(concurrency-mt-unsafe): SoftHSM has no other way; the engine has one thread here
  if (setenv(kSettingsVariable, file.c_str(), 1) != 0) {
    return no_settings();
  }
  return {};
}

void forget_softhsm_settings() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): as in point_softhsm_to()
  unsetenv(kSettingsVariable);
}

}  // namespace ca
