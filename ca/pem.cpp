#include "ca/pem.h"

#include <openssl/pem.h>

#include "ca/openssl_error.h"
#include "ca/openssl_ptr.h"

namespace ca {

namespace {

constexpr std::uint8_t kDerSequence = 0x30;

// Frees what PEM_read_bio gives away.
struct PemParts {
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long length = 0;

  PemParts() = default;
  PemParts(const PemParts&) = delete;
  PemParts& operator=(const PemParts&) = delete;
  ~PemParts() {
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(data);
  }
};

std::size_t count_of(std::string_view text, std::string_view what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos;
       at = text.find(what, at + what.size())) {
    ++count;
  }
  return count;
}

base::Error damaged(std::size_t which) {
  // OpenSSL's own reason ("bad end line") is another one in each of its versions.
  forget_openssl_errors();
  return base::Error{base::ErrorCode::kMalformed,
                     "object " + std::to_string(which) +
                         " of this file is cut off or damaged; have the file sent again"};
}

}  // namespace

base::Result<std::vector<EncodedObject>> read_objects(base::ByteView file) {
  if (!file.empty() && file.front() == kDerSequence) {
    return std::vector<EncodedObject>{{.label = "", .der = base::Bytes(file.begin(), file.end())}};
  }
  const std::size_t expected = count_of(base::text_of(file), "-----BEGIN ");
  if (expected == 0) {
    return base::Error{base::ErrorCode::kMalformed,
                       "this file holds no object in PEM or DER; look whether it is the right "
                       "file, and have it sent again"};
  }
  forget_openssl_errors();
  const BioPtr bio(BIO_new_mem_buf(file.data(), static_cast<int>(file.size())));
  std::vector<EncodedObject> objects;
  while (objects.size() < expected) {
    PemParts parts;
    if (PEM_read_bio(bio.get(), &parts.name, &parts.header, &parts.data, &parts.length) != 1 ||
        parts.header[0] != '\0') {
      return damaged(objects.size() + 1);
    }
    objects.push_back(
        {.label = parts.name, .der = base::Bytes(parts.data, parts.data + parts.length)});
  }
  return objects;
}

std::string pem_text(std::string_view label, base::ByteView der) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  PEM_write_bio(
      bio.get(), std::string(label).c_str(), "", der.data(), static_cast<long>(der.size()));
  char* text = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(length)};
}

}  // namespace ca
