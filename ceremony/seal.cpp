#include "ceremony/seal.h"

#include <algorithm>
#include <utility>

#include "base/random.h"
#include "base/text_encoding.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;

constexpr std::string_view kExecutives = "/ke/";
constexpr std::size_t kTagBytes = 8;

bool is_origin(std::string_view origin) {
  return !origin.empty() && std::all_of(origin.begin(), origin.end(), [](char character) {
    return character > ' ' && character < '\x7f' && character != '+';
  });
}

}  // namespace

bool is_executive_name(std::string_view name) {
  return name.find(kExecutives) != name.npos;
}

std::string executive_name(std::string_view base) {
  return std::string(base) + std::string(kExecutives) + base::to_hex(base::random_bytes(kTagBytes));
}

base::Result<std::string> seal_text(std::string_view origin, const Transcript& transcript) {
  if (!is_origin(origin)) {
    return Error{ErrorCode::kInvalidArgument,
                 "the origin of a seal must be ASCII without blanks or '+', such as "
                 "pki.example/root-g1/2026-11-23"};
  }
  if (transcript.entries().empty()) {
    return Error{ErrorCode::kWrongState, "a transcript without entries cannot be sealed"};
  }
  return std::string(origin) + "\n" + std::to_string(transcript.entries().size()) + "\n" +
         base::to_base64(transcript.root()) + "\nhead sha256:" + transcript.head() + "\n" +
         std::string(kSealStatement) + "\n";
}

base::Result<std::string> make_seal(std::string_view text, const std::vector<std::string>& lines) {
  SignedNote seal{std::string(text), {}};
  for (const std::string& line : lines) {
    auto signature = parse_signature_line(line);
    if (!signature) {
      return Error{ErrorCode::kInvalidArgument, signature.error().message};
    }
    const bool twice = std::any_of(
        seal.signatures.begin(), seal.signatures.end(), [&](const NoteSignature& other) {
          return other.name == signature->name;
        });
    if (twice) {
      return Error{ErrorCode::kInvalidArgument, "a signer stands twice under the seal"};
    }
    seal.signatures.push_back(std::move(signature).value());
  }
  std::string whole = seal.whole();
  if (!parse_signed_note(whole)) {
    return Error{ErrorCode::kInvalidArgument,
                 "a seal needs its five lines and at least one signature"};
  }
  return whole;
}

base::Result<std::string> make_public_seal(std::string_view full) {
  auto seal = parse_signed_note(full);
  if (!seal) {
    return seal.error();
  }
  auto& signatures = seal->signatures;
  signatures.erase(std::remove_if(signatures.begin(),
                                  signatures.end(),
                                  [](const NoteSignature& signature) {
                                    return is_executive_name(signature.name);
                                  }),
                   signatures.end());
  if (signatures.empty()) {
    return Error{ErrorCode::kInsufficient,
                 "nobody but executives signed, so there is no public seal; let the other roles "
                 "sign"};
  }
  return seal->whole();
}

}  // namespace ceremony
