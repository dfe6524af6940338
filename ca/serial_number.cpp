#include "ca/serial_number.h"

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

}  // namespace ca
