// tests/support/ca_private_number.h - the private number of a wrapped key as something to look for
// in memory.

#pragma once

#include <string>

#include <doctest/doctest.h>

#include "base/bytes.h"
#include "ca/kek.h"
#include "support/ca_commands.h"
#include "support/temporary_folder.h"

namespace support {

// Its hex digits, as `openssl pkey -text` prints them under `heading` ("priv:", "prime1:"). Only
// that process sees it as bytes; here it arrives as digits.
inline std::string private_digits(const base::Bytes& blob,
                                  const ca::Kek& kek,
                                  const std::string& heading) {
  const TemporaryFolder folder;
  const std::string blob_file = (folder.path() / "blob").string();
  const std::string key_file = (folder.path() / "key").string();
  write_file(blob_file, blob);
  REQUIRE(run_command("openssl",
                      {"enc",
                       "-d",
                       "-id-aes256-wrap-pad",
                       "-K",
                       hex_of(kek.bytes()),
                       "-iv",
                       "A65959A6",
                       "-in",
                       blob_file,
                       "-out",
                       key_file})
              .exit_code == 0);
  const std::string text =
      run_command("openssl", {"pkey", "-inform", "DER", "-in", key_file, "-noout", "-text"}).output;
  const std::size_t begin = text.find(heading);
  REQUIRE(begin != std::string::npos);
  std::string digits;
  for (std::size_t at = text.find('\n', begin); text.compare(at, 5, "\n    ") == 0;
       at = text.find('\n', at + 1)) {
    digits += text.substr(at + 5, text.find('\n', at + 1) - at - 5);
  }
  return digits;
}

}  // namespace support
