// ceremony/plan_signing_template.h - the parts of a plan's template about a split signing key and
// what it signs.

#pragma once

#include <string>
#include <string_view>

#include "ceremony/mode.h"

namespace ceremony {

// The section [signing_key]; outside PRODUCTION the name in it says the mode.
std::string signing_key_part(Mode mode);

// The section [signing].
inline constexpr std::string_view kSigningPart =
    "\n# Whose signature it will be: the file with the signing certificate and then those above "
    "it,\n"
    "# by its bare name on the transfer stick, and its SHA-256.\n"
    "[signing]\n"
    "certificate = \"<NAME OF THE CERTIFICATES, LIKE signer.pem>\"\n"
    "sha256 = \"<SHA-256 OF THE CERTIFICATES>\"\n";

// One section [[artefact]].
inline constexpr std::string_view kArtefactPart =
    "\n# One such section for each file. What is not named here is not signed.\n"
    "[[artefact]]\n"
    "# Its bare name on the transfer stick, and its SHA-256 as those say who built and tested it.\n"
    "file = \"<NAME OF THE FILE, LIKE pump-4.2.bin>\"\n"
    "sha256 = \"<SHA-256 OF THE FILE>\"\n"
    "# cms: a detached CMS signature beside the file; raw: the bare signature over it.\n"
    "form = \"cms\"\n";

}  // namespace ceremony
