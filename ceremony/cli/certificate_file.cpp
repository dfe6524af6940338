#include "ceremony/cli/certificate_file.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "ceremony/cli/input_file.h"

namespace ceremony::cli {

namespace {

namespace fs = std::filesystem;

base::Error no_certificate(const std::string& path, const char* what) {
  return base::Error{base::ErrorCode::kMalformed,
                     path + ": this " + what +
                         " holds no certificate in PEM or DER; look whether it is the right one"};
}

base::Result<ca::Certificate> parsed(const ca::EncodedObject& object) {
  return ca::Certificate::parse(object.der, ca::Encoding::kWhateverIsFound);
}

// The certificates of one file of the history, of which none may be lost.
base::Result<Certificates> all_certificates_in(const Content& content) {
  Certificates certificates;
  for (const ca::EncodedObject& object : content.objects) {
    if (!is_certificate_label(object.label)) {
      continue;
    }
    base::Result<ca::Certificate> certificate = parsed(object);
    if (certificate) {
      certificates.push_back(std::move(*certificate));
    } else if (!object.label.empty()) {  // bare DER may be anything else
      return base::Error(certificate.error()).while_doing(content.file);
    }
  }
  return certificates;
}

// The files of a folder and below, sorted by name.
base::Result<std::vector<std::string>> files_below(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code failed;
  fs::recursive_directory_iterator entry(folder, failed);
  for (; !failed && entry != fs::recursive_directory_iterator(); entry.increment(failed)) {
    std::error_code unknown;
    if (entry->is_regular_file(unknown)) {
      files.push_back(entry->path().string());
    }
  }
  if (failed) {
    return base::Error{base::ErrorCode::kStorageFailure,
                       folder + ": this folder could not be listed to its end (" +
                           failed.message() + "); look at the medium, and try again"};
  }
  std::ranges::sort(files);
  return files;
}

base::Result<void> add_file(const std::string& file, std::vector<FiledCertificate>& history) {
  const base::Result<Content> content = read_content(file);
  if (!content) {
    return content.error();
  }
  base::Result<Certificates> certificates = all_certificates_in(*content);
  if (!certificates) {
    return certificates.error();
  }
  for (ca::Certificate& certificate : *certificates) {
    history.push_back({.file = file, .certificate = std::move(certificate)});
  }
  return {};
}

// A file, or all those of a folder.
base::Result<void> add_path(const std::string& path, std::vector<FiledCertificate>& history) {
  std::error_code unknown;
  const bool is_folder = fs::is_directory(path, unknown);
  const base::Result<std::vector<std::string>> files =
      is_folder ? files_below(path) : base::Result<std::vector<std::string>>({path});
  if (!files) {
    return files.error();
  }
  const std::size_t before = history.size();
  for (const std::string& file : *files) {
    if (base::Result<void> added = add_file(file, history); !added) {
      return added;
    }
  }
  return history.size() == before ? no_certificate(path, is_folder ? "folder" : "file")
                                  : base::Result<void>();
}

}  // namespace

base::Result<Content> read_content(const std::string& file) {
  const base::Result<base::Bytes> bytes = read_input(file, kLargestCertificateFile);
  if (!bytes) {
    return base::Error(bytes.error()).while_doing(file);
  }
  base::Result<std::vector<ca::EncodedObject>> objects = ca::read_objects(*bytes);
  if (!objects) {  // a finding, not a failure to look at it
    return Content{.file = file, .objects = {}, .fault = objects.error().message};
  }
  return Content{.file = file, .objects = std::move(*objects), .fault = {}};
}

bool is_certificate_label(const std::string& label) {
  return label.empty() || label == "CERTIFICATE" || label == "X509 CERTIFICATE";
}

Certificates certificates_in(const Content& content) {
  Certificates certificates;
  for (const ca::EncodedObject& object : content.objects) {
    if (!is_certificate_label(object.label)) {
      continue;
    }
    if (base::Result<ca::Certificate> certificate = parsed(object)) {
      certificates.push_back(std::move(*certificate));
    }
  }
  return certificates;
}

base::Result<Certificates> read_certificates(const std::string& file) {
  const base::Result<Content> content = read_content(file);
  if (!content) {
    return content.error();
  }
  Certificates certificates = certificates_in(*content);
  if (certificates.empty()) {
    return no_certificate(file, "file");
  }
  return certificates;
}

base::Result<std::vector<FiledCertificate>> read_history(const std::vector<std::string>& paths) {
  std::vector<FiledCertificate> history;
  for (const std::string& path : paths) {
    if (const base::Result<void> added = add_path(path, history); !added) {
      return added.error();
    }
  }
  return history;
}

}  // namespace ceremony::cli
