#include "ceremony/plan_signing_template.h"

namespace ceremony {

std::string signing_key_part(Mode mode) {
  const std::string mark =
      mode == Mode::kProduction ? std::string() : std::string(name_of(mode)) + " ";
  return "\n# The signing key, and the name that its certificate is asked for.\n"
         "[signing_key]\n"
         "# rsa-3072, rsa-4096, p-256, p-384, p-521, ed25519; with OpenSSL 3.5 or newer\n"
         "# ml-dsa-65, ml-dsa-87, slh-dsa-sha2-128s, slh-dsa-sha2-192s, slh-dsa-sha2-256s.\n"
         "algorithm = \"p-384\"\n"
         "# Outside PRODUCTION the common name contains the mode.\n"
         "common_name = \"" +
         mark +
         "Example Update Signing G1\"\n"
         "organization = \"Example GmbH\"\n"
         "country = \"DE\"\n";
}

}  // namespace ceremony
