// ceremony/cli/certificate_file.h - certificates from files and folders that somebody named.

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"
#include "ca/certificate.h"
#include "ca/pem.h"

namespace ceremony::cli {

using Certificates = std::vector<ca::Certificate>;

constexpr std::size_t kLargestCertificateFile = std::size_t{256}
                                                << 20U;  // a CRL of a million: 40 MB

// What one file holds, or why nobody can tell.
struct Content {
  std::string file;
  std::vector<ca::EncodedObject> objects;
  std::string fault;  // "" where it could be read
};

// Errors: as read_input(), with the file's name.
base::Result<Content> read_content(const std::string& file);

// Whether an object with that label may be a certificate ("" is bare DER).
bool is_certificate_label(const std::string& label);

// The certificates in it, in their order; what cannot be read is passed over.
Certificates certificates_in(const Content& content);

// The certificates of a file that must hold at least one. Errors: as read_content(); kMalformed.
base::Result<Certificates> read_certificates(const std::string& file);

// A certificate and the file it lies in.
struct FiledCertificate {
  std::string file;
  ca::Certificate certificate;
};

// All certificates in those files, and in all files of those folders and below. In a folder other
// files may lie, too. Errors: kMalformed for a file that was named and holds none, a folder
// without any, and a PEM certificate that cannot be read (a gap in the history would not be
// noticed); kNotFound, kStorageFailure.
base::Result<std::vector<FiledCertificate>> read_history(const std::vector<std::string>& paths);

}  // namespace ceremony::cli
