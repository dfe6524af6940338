#include "ceremony/issued_facts.h"

#include <utility>

#include "base/text_encoding.h"
#include "ceremony/drafts.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

Error no_longer_what_was_signed(const char* what) {
  return Error{ErrorCode::kInconsistent,
               std::string(what) +
                   " is no longer what the key has signed: something changed it between the "
                   "signature and the medium; it was not written; test the memory of this machine, "
                   "and hold the ceremony again on another one"};
}

// What `parse` makes of a fact's bytes, where it bears the issuer's signature.
template <typename Form>
Result<Form> as_signed(const Json& base64, const ca::Certificate& issuer, const char* what) {
  const auto der = base64.is_string() ? base::from_base64(base64.get<std::string>())
                                      : Result<base::Bytes>(no_longer_what_was_signed(what));
  auto form = der ? Form::parse(*der) : Result<Form>(der.error());
  if (!form || form->issuer() != issuer.subject() || !form->verify_with(issuer.public_key_info())) {
    return no_longer_what_was_signed(what);
  }
  return form;
}

}  // namespace

Result<ca::Certificate> certificate_as_signed(const Json& base64, const ca::Certificate& issuer) {
  return as_signed<ca::Certificate>(base64, issuer, "the certificate");
}

Result<ca::RevocationList> crl_as_signed(const Json& base64, const ca::Certificate& issuer) {
  return as_signed<ca::RevocationList>(base64, issuer, "the CRL");
}

Result<void> for_each_issued(const Workplace& work,
                             const std::function<Result<void>(const IssuedFact&)>& look) {
  const auto list = work.facts.find("certificates");
  if (list == work.facts.end()) {
    return {};
  }
  auto root = root_of(work);
  if (!root) {
    return std::move(root).error();
  }
  for (const Json& fact : list->second) {
    const std::string name = fact.at("name").get<std::string>();
    auto certificate = certificate_as_signed(fact.at("der"), *root);
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
