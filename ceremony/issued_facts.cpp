#include "ceremony/issued_facts.h"

#include <algorithm>
#include <deque>
#include <future>
#include <utility>

#include "base/background.h"
#include "base/text_encoding.h"
#include "ceremony/drafts.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kAhead = 4;  // certificates
constexpr const char* kCertificate = "the certificate";

Error no_longer_what_was_signed(const char* what) {
  return Error{ErrorCode::kInconsistent,
               std::string(what) +
                   " is no longer what the key has signed: something changed it between the "
                   "signature and the medium; it was not written; test the memory of this machine, "
                   "and hold the ceremony again on another one"};
}

// What `parse` makes of a fact's bytes.
template <typename Form>
Result<Form> parsed(const Json& base64, const char* what) {
  const auto der = base64.is_string() ? base::from_base64(base64.get<std::string>())
                                      : Result<base::Bytes>(no_longer_what_was_signed(what));
  auto form = der ? Form::parse(*der) : Result<Form>(der.error());
  return form ? std::move(form) : Result<Form>(no_longer_what_was_signed(what));
}

// The same, where it bears the issuer's signature.
template <typename Form>
Result<Form> as_signed(const Json& base64, const ca::Certificate& issuer, const char* what) {
  auto form = parsed<Form>(base64, what);
  if (!form || form->issuer() != issuer.subject() || !form->verify_with(issuer.public_key_info())) {
    return no_longer_what_was_signed(what);
  }
  return form;
}

}  // namespace

Result<ca::Certificate> certificate_as_signed(const Json& base64, const ca::Certificate& issuer) {
  return as_signed<ca::Certificate>(base64, issuer, kCertificate);
}

Result<ca::RevocationList> crl_as_signed(const Json& base64, const ca::Certificate& issuer) {
  return as_signed<ca::RevocationList>(base64, issuer, "the CRL");
}

Result<void> for_each_issued(const Workplace& work,
                             Proof proof,
                             const std::function<Result<void>(const IssuedFact&)>& look) {
  const auto list = work.facts.find("certificates");
  if (list == work.facts.end()) {
    return {};
  }
  auto root = root_of(work);
  if (!root) {
    return std::move(root).error();
  }
  const Json& facts = list->second;
  const auto read = [&](std::size_t number) {
    const Json& der = facts.at(number).at("der");
    return proof == Proof::kSignature ? certificate_as_signed(der, *root)
                                      : parsed<ca::Certificate>(der, kCertificate);
  };
  const auto amount = facts.size() > kAhead ? base::Amount::kMuch : base::Amount::kLittle;
  std::deque<std::future<Result<ca::Certificate>>> ahead;  // the next few, read beside
  for (std::size_t begun = 0, i = 0; i < facts.size(); ++i) {
    for (; begun < std::min(i + kAhead, facts.size()); ++begun) {
      ahead.push_back(base::in_background([&read, begun] { return read(begun); }, amount));
    }
    const std::string name = facts.at(i).at("name").get<std::string>();
    auto certificate = ahead.front().get();
    ahead.pop_front();
    if (!certificate) {
      return std::move(certificate).error().while_doing(name);
    }
    if (auto looked = look({.name = name, .certificate = std::move(*certificate)}); !looked) {
      return looked;
    }
  }
  return {};
}

}  // namespace ceremony
