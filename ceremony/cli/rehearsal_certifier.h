// ceremony/cli/rehearsal_certifier.h - the CA that certifies a rehearsed signing key: another one
// than the rehearsed root, whose ceremony signs subordinate CAs alone.

#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"
#include "ca/signing_request.h"

namespace ceremony::cli {

// What that CA sends back, each as PEM.
struct CertifiedKey {
  std::string chain;  // the certificate for code signing, then the root
  std::string root;
};

// Makes a throw-away root and certifies the key of the request, both from `today` (YYYY-MM-DD) on,
// by the profiles in that folder; the root's key is forgotten.
// Errors: those of ca/certificate_profile.h and ca/issuer.h.
base::Result<CertifiedKey> certify_elsewhere(const ca::SigningRequest& request,
                                             const std::filesystem::path& profiles,
                                             const std::string& today);

}  // namespace ceremony::cli
