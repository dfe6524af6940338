// ca/token_template.h - builds the attribute lists that PKCS #11 functions take.

#pragma once

#include <list>
#include <vector>

#include <p11-kit/pkcs11.h>

#include "base/bytes.h"

namespace ca {

// A list of attributes. What bytes() is given is borrowed and must outlive the call that the list
// is made for; the rest is held here.
class TokenTemplate {
 public:
  TokenTemplate& yes(CK_ATTRIBUTE_TYPE type) { return add(type, &yes_, sizeof yes_); }
  TokenTemplate& no(CK_ATTRIBUTE_TYPE type) { return add(type, &no_, sizeof no_); }

  // PKCS #11 names attributes and counts by one integer type.
  // NOLINTNEXTLINE(bugprone-easily-swappable-parameters): the order is that of every call here
  TokenTemplate& number(CK_ATTRIBUTE_TYPE type, CK_ULONG number) {
    numbers_.push_back(number);
    return add(type, &numbers_.back(), sizeof(CK_ULONG));
  }

  TokenTemplate& bytes(CK_ATTRIBUTE_TYPE type, base::ByteView bytes) {
    // PKCS #11 takes a pointer to writable memory for what it only reads.
    return add(type, const_cast<std::uint8_t*>(bytes.data()), bytes.size());
  }

  [[nodiscard]] CK_ATTRIBUTE* data() { return attributes_.data(); }
  [[nodiscard]] CK_ULONG size() const { return attributes_.size(); }

 private:
  TokenTemplate& add(CK_ATTRIBUTE_TYPE type, void* value, CK_ULONG length) {
    attributes_.push_back({type, value, length});
    return *this;
  }

  CK_BBOOL yes_ = CK_TRUE;
  CK_BBOOL no_ = CK_FALSE;
  std::list<CK_ULONG> numbers_;  // a list, because its elements stay where they are
  std::vector<CK_ATTRIBUTE> attributes_;
};

}  // namespace ca
