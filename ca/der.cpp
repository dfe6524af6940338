#include "ca/der.h"

#include <algorithm>
#include <array>
#include <string>

#include "ca/openssl_error.h"
#include "ca/openssl_ptr.h"

namespace ca {

namespace {

constexpr int kMaxDepth = 32;

// How many octets follow the first one of a length in its shortest form.
std::size_t more_length_octets(std::size_t length) {
  std::size_t count = 0;
  for (std::size_t rest = length < 0x80 ? 0 : length; rest != 0; rest >>= 8U) {
    ++count;
  }
  return count;
}

// What stands in front of a value.
struct Header {
  std::size_t size = 0;    // of the header itself
  std::size_t length = 0;  // of the contents
  int tag = 0;
  int tag_class = 0;
  bool constructed = false;
  bool indefinite = false;
};

// Headers of the one form that nearly all have: a tag in one octet, a length of at most four more.
// A big CRL has ten million of them. Nothing for any other form, and where the contents are cut
// off: OpenSSL says what those are.
std::optional<Header> read_plain_header(base::ByteView bytes) {
  constexpr std::size_t kMostLengthOctets = 4;
  if (bytes.size() < 2 || (bytes[0] & 0x1fU) == 0x1fU || bytes[1] == 0x80) {
    return std::nullopt;
  }
  const std::size_t more = bytes[1] < 0x80 ? 0 : bytes[1] & 0x7fU;
  if (more > kMostLengthOctets || (more > 0 && bytes.size() <= 2 + more)) {
    return std::nullopt;
  }
  Header header;
  header.size = 2 + more;
  header.length = more == 0 ? bytes[1] : 0;
  for (std::size_t i = 0; i < more; ++i) {
    header.length = header.length << 8U | bytes[2 + i];
  }
  header.tag = bytes[0] & 0x1f;
  header.tag_class = bytes[0] & V_ASN1_PRIVATE;
  header.constructed = (bytes[0] & V_ASN1_CONSTRUCTED) != 0;
  return header.length <= bytes.size() - header.size ? std::optional(header) : std::nullopt;
}

std::optional<Header> read_header(base::ByteView bytes) {
  if (std::optional<Header> plain = read_plain_header(bytes)) {
    return plain;
  }
  const unsigned char* at = bytes.data();
  long length = 0;
  Header header;
  const int form = ASN1_get_object(
      &at, &length, &header.tag, &header.tag_class, static_cast<long>(bytes.size()));
  forget_openssl_errors();
  if ((form & 0x80) != 0) {
    return std::nullopt;
  }
  header.size = static_cast<std::size_t>(at - bytes.data());
  header.length = static_cast<std::size_t>(length);
  header.constructed = (form & V_ASN1_CONSTRUCTED) != 0;
  header.indefinite = (form & 1) != 0;
  return header;
}

bool is_shortest_header(const Header& header, base::ByteView bytes) {
  if ((bytes[0] & 0x1fU) != 0x1fU) {  // the tag is one octet, so the length is the rest
    return header.size == 2 + more_length_octets(header.length);
  }
  std::array<unsigned char, 16> again{};
  unsigned char* at = again.data();
  ASN1_put_object(&at,
                  header.constructed ? 1 : 0,
                  static_cast<int>(header.length),
                  header.tag,
                  header.tag_class);
  const auto size = static_cast<std::size_t>(at - again.data());
  return size == header.size && std::equal(again.data(), at, bytes.data());
}

const char* integer_fault(base::ByteView contents) {
  if (contents.empty()) {
    return "a number has no digits";
  }
  if (contents.size() > 1 && ((contents[0] == 0x00 && contents[1] < 0x80) ||
                              (contents[0] == 0xff && contents[1] >= 0x80))) {
    return "a number is not in its shortest form";
  }
  return nullptr;
}

const char* bit_string_fault(base::ByteView contents) {
  if (contents.empty() || contents[0] > 7 || (contents.size() == 1 && contents[0] != 0)) {
    return "a bit string is not well formed";
  }
  const unsigned unused_mask = (1U << contents[0]) - 1U;
  return (contents.size() > 1 && (contents.back() & unused_mask) != 0)
             ? "a bit string has stray bits behind its end"
             : nullptr;
}

const char* object_identifier_fault(base::ByteView contents) {
  if (contents.empty() || (contents.back() & 0x80U) != 0) {
    return "an object identifier is cut off";
  }
  bool at_start = true;
  for (const std::uint8_t byte : contents) {
    if (at_start && byte == 0x80) {
      return "an object identifier is not in its shortest form";
    }
    at_start = (byte & 0x80U) == 0;
  }
  return nullptr;
}

// What is wrong with the contents of a primitive value of a universal type, or nullptr.
const char* primitive_fault(const Header& header, base::ByteView contents) {
  if (header.tag_class != V_ASN1_UNIVERSAL) {
    return nullptr;
  }
  switch (header.tag) {
    case V_ASN1_BOOLEAN:
      return (contents.size() == 1 && (contents[0] == 0x00 || contents[0] == 0xff))
                 ? nullptr
                 : "a yes-or-no value is neither 00 nor FF";
    case V_ASN1_INTEGER:
    case V_ASN1_ENUMERATED:
      return integer_fault(contents);
    case V_ASN1_BIT_STRING:
      return bit_string_fault(contents);
    case V_ASN1_NULL:
      return contents.empty() ? nullptr : "a NULL is not empty";
    case V_ASN1_OBJECT:
      return object_identifier_fault(contents);
    case V_ASN1_EOC:
      return "an end-of-contents mark stands where a value should";
    case V_ASN1_SEQUENCE:
    case V_ASN1_SET:
      return "a list is marked as a single value";
    default:
      return nullptr;
  }
}

bool is_list(const Header& header) {
  return header.tag_class != V_ASN1_UNIVERSAL || header.tag == V_ASN1_SEQUENCE ||
         header.tag == V_ASN1_SET || header.tag == V_ASN1_EXTERNAL;
}

std::optional<DerFault> header_fault(const std::optional<Header>& header,
                                     base::ByteView bytes,
                                     std::size_t offset) {
  if (!header) {
    return DerFault{offset, "a value is cut off or does not fit into what holds it"};
  }
  if (header->indefinite) {
    return DerFault{offset, "a length is indefinite"};
  }
  if (!is_shortest_header(*header, bytes)) {
    return DerFault{offset, "a length is not in its shortest form"};
  }
  if (header->constructed && !is_list(*header)) {
    return DerFault{offset, "a single value is cut into pieces"};
  }
  return std::nullopt;
}

// Where in the whole the bytes stand that are looked at, and how deep.
struct Place {
  std::size_t offset = 0;
  int depth = 0;
  base::ByteView known = {};  // what need not be looked at
};

std::optional<DerFault> find_fault_in_list(base::ByteView contents, Place place, bool sorted);

// Tests the first value of `bytes`; its whole size goes to `size`.
std::optional<DerFault> find_fault_in_value(base::ByteView bytes, Place place, std::size_t& size) {
  if (place.depth > kMaxDepth) {
    return DerFault{place.offset, "values are nested too deeply"};
  }
  const std::optional<Header> header = read_header(bytes);
  if (std::optional<DerFault> fault = header_fault(header, bytes, place.offset)) {
    return fault;
  }
  size = header->size + header->length;
  const base::ByteView contents = bytes.subspan(header->size, header->length);
  if (header->constructed) {
    const bool sorted = header->tag_class == V_ASN1_UNIVERSAL && header->tag == V_ASN1_SET;
    place.offset += header->size;
    ++place.depth;
    return find_fault_in_list(contents, place, sorted);
  }
  if (const char* const why = primitive_fault(*header, contents)) {
    return DerFault{place.offset, why};
  }
  return std::nullopt;
}

std::optional<DerFault> find_fault_in_list(base::ByteView contents, Place place, bool sorted) {
  base::ByteView before;
  if (!place.known.empty() && contents.data() == place.known.data()) {
    contents = contents.subspan(place.known.size());
    place.offset += place.known.size();
  }
  while (!contents.empty()) {
    std::size_t size = 0;
    if (std::optional<DerFault> fault = find_fault_in_value(contents, place, size)) {
      return fault;
    }
    const base::ByteView value = contents.first(size);
    if (sorted &&
        std::lexicographical_compare(value.begin(), value.end(), before.begin(), before.end())) {
      return DerFault{place.offset, "a set is not sorted"};
    }
    before = value;
    contents = contents.subspan(size);
    place.offset += size;
  }
  return std::nullopt;
}

}  // namespace

void append(base::Bytes& bytes, base::ByteView more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
}

void append_header(base::Bytes& bytes, DerTag tag, std::size_t length) {
  std::size_t more = more_length_octets(length);
  bytes.push_back(static_cast<std::uint8_t>(tag));
  bytes.push_back(static_cast<std::uint8_t>(more == 0 ? length : 0x80U | more));
  while (more-- > 0) {
    bytes.push_back(static_cast<std::uint8_t>(length >> (8U * more) & 0xffU));
  }
}

void append_der(base::Bytes& bytes, DerTag tag, std::initializer_list<base::ByteView> contents) {
  std::size_t length = 0;
  for (const base::ByteView part : contents) {
    length += part.size();
  }
  append_header(bytes, tag, length);
  for (const base::ByteView part : contents) {
    append(bytes, part);
  }
}

base::Bytes der(DerTag tag, std::initializer_list<base::ByteView> contents) {
  std::size_t length = 0;
  for (const base::ByteView part : contents) {
    length += part.size();
  }
  base::Bytes out;
  out.reserve(length + 10);
  append_der(out, tag, contents);
  return out;
}

base::Bytes wrapped(DerTag tag, base::Bytes contents) {
  base::Bytes header;
  append_header(header, tag, contents.size());
  contents.insert(contents.begin(), header.begin(), header.end());
  return contents;
}

base::Bytes der_unsigned(base::ByteView magnitude) {
  while (magnitude.size() > 1 && magnitude.front() == 0) {
    magnitude = magnitude.subspan(1);
  }
  constexpr std::array<std::uint8_t, 1> kZero{0};
  const bool needs_zero = magnitude.empty() || magnitude.front() >= 0x80;
  return der(DerTag::kInteger, {needs_zero ? base::ByteView(kZero) : base::ByteView(), magnitude});
}

base::Bytes der_unsigned(std::uint64_t value) {
  std::array<std::uint8_t, sizeof value> magnitude{};
  for (std::size_t i = magnitude.size(); i-- > 0; value >>= 8U) {
    magnitude.at(i) = static_cast<std::uint8_t>(value & 0xffU);
  }
  return der_unsigned(magnitude);
}

bool is_object_identifier(std::string_view dotted) {
  // OpenSSL forgives empty parts and leading zeros; what comes back differs then.
  const Asn1ObjectPtr object(OBJ_txt2obj(std::string(dotted).c_str(), 1));
  forget_openssl_errors();
  std::array<char, 160> text{};
  return object != nullptr &&
         OBJ_obj2txt(text.data(), static_cast<int>(text.size()), object.get(), 1) > 0 &&
         dotted == text.data() && !der_object_identifier(dotted).empty();
}

base::Bytes der_object_identifier(std::string_view dotted) {
  const Asn1ObjectPtr object(OBJ_txt2obj(std::string(dotted).c_str(), 1));
  forget_openssl_errors();
  if (object == nullptr) {
    return {};
  }
  unsigned char* encoded = nullptr;
  const int length = i2d_ASN1_OBJECT(object.get(), &encoded);
  const OpensslBlock block(encoded);
  return length > 0 ? base::Bytes(encoded, encoded + length) : base::Bytes();
}

std::optional<DerFault> find_der_fault(base::ByteView bytes, base::ByteView known) {
  std::size_t size = 0;
  if (std::optional<DerFault> fault = find_fault_in_value(bytes, {.known = known}, size)) {
    return fault;
  }
  if (size != bytes.size()) {
    return DerFault{size, "more bytes follow behind its end"};
  }
  return std::nullopt;
}

base::ByteView first_value(base::ByteView bytes) {
  const std::optional<Header> header = read_header(bytes);
  return header ? bytes.first(header->size + header->length) : base::ByteView();
}

base::ByteView contents_of(base::ByteView value) {
  const std::optional<Header> header = read_header(value);
  return header ? value.subspan(header->size, header->length) : base::ByteView();
}

bool starts_with(base::ByteView bytes, DerTag tag) {
  return !bytes.empty() && bytes.front() == static_cast<std::uint8_t>(tag);
}

base::ByteView take_value(base::ByteView& rest) {
  const base::ByteView value = first_value(rest);
  rest = rest.subspan(value.size());
  return value;
}

}  // namespace ca
