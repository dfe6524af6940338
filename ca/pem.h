// ca/pem.h - objects in PEM (RFC 7468) or bare DER: told apart, read and written.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace ca {

// One object of a file.
struct EncodedObject {
  std::string label;  // "CERTIFICATE"; empty where the file was bare DER
  base::Bytes der;
};

// Everything that a file holds. A file that starts with 0x30 is one DER object (whatever stands
// behind it stays in `der`: the reader of the object refuses it); otherwise all PEM objects in
// their order. Text before, between and after them is skipped (RFC 7468 section 2).
// Errors: kMalformed for a file without an object, or one with a PEM object that is cut off, is
// encrypted, or holds a character that does not belong there.
base::Result<std::vector<EncodedObject>> read_objects(base::ByteView file);

// One PEM object, with lines of 64 characters and a final LF.
std::string pem_text(std::string_view label, base::ByteView der);

}  // namespace ca
