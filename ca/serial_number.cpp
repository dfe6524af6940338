#include "ca/serial_number.h"

#include <algorithm>

#include "base/random.h"

namespace ca {

base::Bytes new_serial_number() {
  base::Bytes serial = base::random_bytes(kSerialSize);
  serial.front() = kSerialFirstOctet;
  return serial;
}

bool is_own_serial_number(base::ByteView content_octets) {
  return content_octets.size() == kSerialSize && content_octets.front() == kSerialFirstOctet;
}

std::optional<SerialNumber> SerialNumber::of(base::ByteView content_octets) {
  if (content_octets.empty() || content_octets.size() > kMaxSize) {
    return std::nullopt;
  }
  SerialNumber serial;
  serial.size_ = static_cast<std::uint8_t>(content_octets.size());
  std::ranges::copy(content_octets, serial.octets_.begin());
  return serial;
}

}  // namespace ca
