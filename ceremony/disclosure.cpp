#include "ceremony/disclosure.h"

#include <algorithm>
#include <utility>

#include "base/digest.h"
#include "base/random.h"
#include "base/text_encoding.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;

constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kDecoyBytes = 32;

bool is_reserved(std::string_view name) {
  return name == "_sd" || name == "...";
}

Error bad_disclosure(const std::string& why) {
  return Error{ErrorCode::kMalformed,
               "this is not a disclosure: " + why + "; copy the whole string anew"};
}

bool is_salt(const std::string& text) {
  const auto bytes = base::from_base64url(text);
  return bytes && bytes->size() == kSaltBytes;
}

}  // namespace

bool holds_reserved_name(const Json& value) {
  if (!value.is_structured()) {
    return false;
  }
  const auto& members = value.items();
  return std::any_of(members.begin(), members.end(), [&value](const auto& member) {
    return (value.is_object() && is_reserved(member.key())) || holds_reserved_name(member.value());
  });
}

bool holds_reserved_name_but(const Json& object, std::string_view allowed) {
  for (auto member = object.begin(); member != object.end(); ++member) {
    if (member.key() != allowed &&
        (is_reserved(member.key()) || holds_reserved_name(member.value()))) {
      return true;
    }
  }
  return false;
}

bool may_be_hidden(const HiddenFact& fact) {
  return !is_reserved(fact.name) && !holds_reserved_name(fact.value);
}

base::Result<std::string> Disclosure::text() const {
  auto json = write_json(Json::array({salt, name, value}));
  if (!json) {
    return json;
  }
  return base::to_base64url(base::bytes_of(*json));
}

Disclosure disclose(HiddenFact fact) {
  return Disclosure{base::to_base64url(base::random_bytes(kSaltBytes)),
                    std::move(fact.name),
                    std::move(fact.value)};
}

base::Result<Disclosure> parse_disclosure(std::string_view text) {
  const auto bytes = base::from_base64url(text);
  if (!bytes) {
    return bad_disclosure("it is not base64url without padding");
  }
  auto json = parse_json(base::text_of(*bytes));
  if (!json) {
    return bad_disclosure(json.error().message);
  }
  const Json& parts = *json;
  if (!parts.is_array() || parts.size() != 3 || !parts[0].is_string() || !parts[1].is_string()) {
    return bad_disclosure("it must hold a salt, a name and a value");
  }
  if (!is_salt(parts[0].get<std::string>())) {
    return bad_disclosure("its salt must be 128 bits");
  }
  const HiddenFact fact{parts[1].get<std::string>(), parts[2]};
  if (!may_be_hidden(fact)) {
    return bad_disclosure("a name in it is reserved");
  }
  return Disclosure{parts[0].get<std::string>(), fact.name, fact.value};
}

std::string disclosure_digest(std::string_view disclosure) {
  return base::to_base64url(base::sha256(base::bytes_of(disclosure)));
}

bool is_disclosure_digest(std::string_view text) {
  const auto bytes = base::from_base64url(text);
  return bytes && bytes->size() == base::Digest().size();
}

base::Result<Json> digest_list(const std::vector<std::string>& disclosures) {
  if (disclosures.size() > kDigestCount) {
    return Error{ErrorCode::kInvalidArgument,
                 "one public entry can hide at most 32 facts; put several into one fact"};
  }
  std::vector<std::string> digests;
  digests.reserve(kDigestCount);
  for (const std::string& disclosure : disclosures) {
    digests.push_back(disclosure_digest(disclosure));
  }
  while (digests.size() < kDigestCount) {
    digests.push_back(base::to_base64url(base::sha256(base::random_bytes(kDecoyBytes))));
  }
  std::sort(digests.begin(), digests.end());
  return Json(digests);
}

base::Result<void> check_digest_list(const Json& list) {
  if (!list.is_array() || list.size() != kDigestCount) {
    return Error{ErrorCode::kMalformed, "its list \"_sd\" must hold exactly 32 digests"};
  }
  std::string before;
  for (const Json& digest : list) {
    if (!digest.is_string() || !is_disclosure_digest(digest.get<std::string>())) {
      return Error{ErrorCode::kMalformed, "its list \"_sd\" holds something that is no digest"};
    }
    auto text = digest.get<std::string>();
    if (text <= before) {
      return Error{ErrorCode::kMalformed, "its list \"_sd\" is not in order"};
    }
    before = std::move(text);
  }
  return {};
}

}  // namespace ceremony
