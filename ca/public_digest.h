// ca/public_digest.h - SHA-256 by OpenSSL, which uses the processor's own instructions for it: a
// long record is hashed in a fifth of the time. For secrets there is base::Sha256, which wipes what
// it leaves behind.

#pragma once

#include <initializer_list>

#include "base/bytes.h"
#include "base/digest.h"

namespace ca {

// SHA-256 (FIPS 180-4) over the parts, one behind the other. Any thread may call it.
base::Digest public_sha256(std::initializer_list<base::ByteView> parts);

}  // namespace ca
