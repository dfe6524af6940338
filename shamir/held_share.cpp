#include "shamir/held_share.h"

#include <algorithm>
#include <string>

#include <sodium.h>

namespace shamir {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::SecretBytes;

constexpr std::size_t kGenerationAt = 16;
constexpr std::size_t kIdentifierAt = 20;
constexpr std::size_t kExtendableAt = 22;
constexpr std::size_t kExponentAt = 23;
constexpr std::size_t kIndexAt = 24;
constexpr std::size_t kLengthAt = 25;
constexpr std::size_t kValueAt = 26;
constexpr std::size_t kSignatureAt = 64;

static_assert(kValueAt + kLongestLockedValue == kShareFactsSize);
static_assert(kSignatureAt + DealerSignature{}.size() == kShareBodySize);

bool is_value_length(std::size_t size) {
  return size >= kShortestSecret && size <= kLongestLockedValue && size % 2 == 0;
}

// The last byte of a number in big-endian order, and so on.
std::uint8_t byte_of(std::uint32_t number, unsigned place) {
  return static_cast<std::uint8_t>(number >> (8U * place));
}

// The first thing wrong with the fields, or nullptr.
const char* wrong_field(const SetIdentity& set, const Slip39Share& share) {
  if (set.generation == 0) {
    return "generation";
  }
  if (share.identifier > 0x7FFF) {
    return "identifier";
  }
  if (share.iteration_exponent > 15) {
    return "exponent";
  }
  if (share.index > 15) {
    return "index";
  }
  return is_value_length(share.value.size()) ? nullptr : "length";
}

bool is_zero(std::span<const std::uint8_t> bytes) {
  return sodium_is_zero(bytes.data(), bytes.size()) == 1;
}

Error damaged(const char* field) {
  return Error{ErrorCode::kMalformed,
               std::string("damaged card (") + field +
                   "): it opens, but what is in it makes no sense; nothing was changed; use "
                   "another card"};
}

}  // namespace

SetId draw_set_id() {
  SetId id{};
  randombytes_buf(id.data(), id.size());
  return id;
}

Result<SecretBytes> write_share_facts(const SetIdentity& set, const Slip39Share& share) {
  if (const char* const field = wrong_field(set, share); field != nullptr) {
    return Error{
        ErrorCode::kInvalidArgument,
        std::string("a locked share has no room for this ") + field + "; nothing was written"};
  }
  if (share.group_index != 0 || share.group_threshold != 1 || share.group_count != 1) {
    return Error{ErrorCode::kInvalidArgument,
                 "a locked share is of a set with one group; nothing was written"};
  }
  SecretBytes facts(kShareFactsSize);
  const SecretBytes::Writer writer = facts.write();
  const auto out = writer.bytes();
  std::copy(set.id.begin(), set.id.end(), out.begin());
  for (unsigned place = 0; place < 4; ++place) {
    out[kGenerationAt + place] = byte_of(set.generation, 3 - place);
  }
  out[kIdentifierAt] = byte_of(share.identifier, 1);
  out[kIdentifierAt + 1] = byte_of(share.identifier, 0);
  out[kExtendableAt] = share.extendable == Extendable::kYes ? 1 : 0;
  out[kExponentAt] = share.iteration_exponent;
  out[kIndexAt] = share.index;
  out[kLengthAt] = static_cast<std::uint8_t>(share.value.size());
  const SecretBytes::Reader value = share.value.read();
  std::copy(value.bytes().begin(), value.bytes().end(), out.begin() + kValueAt);
  return facts;
}

Result<SecretBytes> write_share_body(const HeldShare& held) {
  const Result<SecretBytes> facts = write_share_facts(held.set, held.share);
  if (!facts) {
    return facts.error();
  }
  SecretBytes body(kShareBodySize);
  const SecretBytes::Writer writer = body.write();
  const SecretBytes::Reader reader = facts->read();
  std::copy(reader.bytes().begin(), reader.bytes().end(), writer.bytes().begin());
  std::copy(held.signature.begin(), held.signature.end(), writer.bytes().begin() + kSignatureAt);
  return body;
}

Result<HeldShare> read_share_body(const SecretBytes& body, Mode mode) {
  if (body.size() != kShareBodySize) {
    return damaged("size");
  }
  const SecretBytes::Reader reader = body.read();
  const auto in = reader.bytes();
  const std::size_t length = in[kLengthAt];
  if (!is_value_length(length)) {
    return damaged("length");
  }
  HeldShare held{.set = {.mode = mode},
                 .share = {.value = SecretBytes::copy_of(in.subspan(kValueAt, length))}};
  std::copy_n(in.begin(), held.set.id.size(), held.set.id.begin());
  held.set.generation = 0;
  for (const std::uint8_t byte : in.subspan(kGenerationAt, 4)) {
    held.set.generation = (held.set.generation << 8U) | byte;
  }
  held.share.identifier =
      static_cast<std::uint16_t>((in[kIdentifierAt] << 8U) | in[kIdentifierAt + 1]);
  held.share.extendable = in[kExtendableAt] == 1 ? Extendable::kYes : Extendable::kNo;
  held.share.iteration_exponent = in[kExponentAt];
  held.share.index = in[kIndexAt];
  std::copy_n(in.begin() + kSignatureAt, held.signature.size(), held.signature.begin());
  if (const char* const field = wrong_field(held.set, held.share); field != nullptr) {
    return damaged(field);
  }
  if (in[kExtendableAt] > 1) {
    return damaged("form");
  }
  if (!is_zero(in.subspan(kValueAt + length, kSignatureAt - kValueAt - length))) {
    return damaged("padding");
  }
  return held;
}

}  // namespace shamir
