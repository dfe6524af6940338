#include "ca/listed_revocations.h"

#include <algorithm>
#include <utility>

#include "ca/der.h"
#include "ca/extension.h"
#include "ca/openssl_error.h"
#include "ca/openssl_fields.h"

namespace ca {

namespace {

// The extensions of an entry that gives a reason and nothing else, but for the last octet, which is
// the reason.
const base::Bytes& reason_without_its_octet() {
  static const base::Bytes bytes = [] {
    base::Bytes extensions = encode(
        std::vector<Extension>{{.oid = std::string(oid::kReasonCode), .value = encode_reason(0)}});
    extensions.pop_back();
    return extensions;
  }();
  return bytes;
}

// An integer in its shortest form, with its header, that is the first value and short.
bool starts_with_plain_integer(base::ByteView bytes) {
  if (bytes.size() < 4 || !starts_with(bytes, DerTag::kInteger) || bytes[1] == 0 ||
      bytes[1] >= 0x80 || bytes.size() < 2U + bytes[1]) {
    return false;
  }
  const bool has_idle_octet =
      (bytes[2] == 0x00 && bytes[3] < 0x80) || (bytes[2] == 0xff && bytes[3] >= 0x80);
  return bytes[1] == 1 || !has_idle_octet;
}

// Reads the first entry where it has the form that nearly all have, and gives its size with the
// header; 0 for every other, good or bad. All of that form is fixed but number, date and reason, so
// OpenSSL need not be asked about each. Written into `entry`, because copies of it take longer than
// reading it.
std::size_t read_plain_entry(base::ByteView list, ListedRevocation& entry) {
  if (list.size() < 2 || !starts_with(list, DerTag::kSequence) || list[1] >= 0x80 ||
      list.size() < 2U + list[1] || !starts_with_plain_integer(list.subspan(2, list[1]))) {
    return 0;
  }
  const std::size_t size = std::size_t{2} + list[1];
  const std::size_t serial_size = list[3];
  base::ByteView rest = list.first(size).subspan(4 + serial_size);
  const std::size_t time_size = rest.size() < 2 ? 0 : std::size_t{2} + rest[1];
  const Instant revoked_at =
      plain_time_or(rest.first(std::min(rest.size(), time_size)), Instant::min());
  if (revoked_at == Instant::min()) {
    return 0;
  }
  rest = rest.subspan(time_size);
  const base::Bytes& expected = reason_without_its_octet();
  if (!rest.empty() && (rest.size() != expected.size() + 1 || rest.back() >= 0x80 ||
                        !std::equal(expected.begin(), expected.end(), rest.begin()))) {
    return 0;
  }
  entry.serial = list.subspan(4, serial_size);
  entry.revoked_at.instant = revoked_at;
  entry.revoked_at.is_by_the_rule = true;
  entry.reason = rest.empty() ? std::optional<std::uint8_t>() : rest.back();
  entry.has_critical_reason = false;
  entry.has_other_extensions = false;
  return size;
}

X509RevokedPtr read_entry(base::ByteView entry) {
  const unsigned char* at = entry.data();
  X509RevokedPtr revoked(d2i_X509_REVOKED(nullptr, &at, static_cast<long>(entry.size())));
  return at == entry.data() + entry.size() ? std::move(revoked) : nullptr;
}

void read_entry_extensions(const X509_REVOKED& revoked, ListedRevocation& entry) {
  for (const Extension& extension : extensions_of(X509_REVOKED_get0_extensions(&revoked))) {
    const base::Result<std::uint8_t> reason = decode_reason(extension.value);
    if (extension.oid != oid::kReasonCode || !reason || entry.reason) {
      entry.has_other_extensions = true;
      continue;
    }
    entry.reason = *reason;
    entry.has_critical_reason = extension.criticality == Criticality::kCritical;
  }
}

// The same for an entry of whatever form, as OpenSSL reads it.
std::size_t read_by_openssl(base::ByteView list, Encoding encoding, ListedRevocation& entry) {
  const base::ByteView bytes = first_value(list);
  const X509RevokedPtr revoked = read_entry(bytes);
  if (revoked == nullptr) {
    return 0;
  }
  const std::optional<EncodedTime> revoked_at =
      encoded_time(X509_REVOKED_get0_revocationDate(revoked.get()));
  const bool is_same = is_plain_der(X509_REVOKED_get0_extensions(revoked.get())) &&
                       std::ranges::equal(written<i2d_X509_REVOKED>(revoked.get()), bytes);
  if (!revoked_at || (encoding == Encoding::kDer && !is_same)) {
    return 0;
  }
  entry = {.serial = contents_of(first_value(contents_of(bytes))),
           .revoked_at = *revoked_at,
           .reason = {}};
  read_entry_extensions(*revoked, entry);
  return bytes.size();
}

std::size_t read_first(base::ByteView list, Encoding encoding, ListedRevocation& entry) {
  const std::size_t plain = read_plain_entry(list, entry);
  return plain != 0 ? plain : read_by_openssl(list, encoding, entry);
}

}  // namespace

ListedRevocations ListedRevocations::plain_ones(base::ByteView contents) {
  ListedRevocation entry;
  std::size_t end = 0;
  std::size_t count = 0;
  while (const std::size_t size = read_plain_entry(contents.subspan(end), entry)) {
    end += size;
    ++count;
  }
  return {contents.first(end), count};
}

std::optional<ListedRevocations> ListedRevocations::read(base::ByteView contents,
                                                         const ListedRevocations& plain,
                                                         Encoding encoding) {
  ListedRevocation entry;
  std::size_t count = plain.size();
  for (base::ByteView rest = contents.subspan(plain.bytes().size()); !rest.empty(); ++count) {
    const std::size_t size = read_first(rest, encoding, entry);
    if (size == 0) {
      return std::nullopt;
    }
    rest = rest.subspan(size);
  }
  return ListedRevocations(contents, count);
}

void ListedRevocations::Iterator::look() {
  // Whatever was strict when it was read still is.
  size_ = rest_.empty() ? 0 : read_first(rest_, Encoding::kWhateverIsFound, entry_);
}

ListedRevocations::Iterator::Iterator(base::ByteView rest) : rest_(rest) {
  look();
}

ListedRevocations::Iterator& ListedRevocations::Iterator::operator++() {
  rest_ = rest_.subspan(size_);
  look();
  return *this;
}

}  // namespace ca
