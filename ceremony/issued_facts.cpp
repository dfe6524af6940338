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

// Reads the certificates of a list in their order, the next few beside what is done with one.
class IssuedReader {
 public:
  IssuedReader(const Json& facts, const ca::Certificate& root, Proof proof)
      : facts_(facts), root_(root), proof_(proof) {}

  // Requires: not called oftener than there are facts.
  Result<ca::Certificate> next() {
    const auto amount = facts_.size() > kAhead ? base::Amount::kMuch : base::Amount::kLittle;
    for (; begun_ < facts_.size() && ahead_.size() < kAhead; ++begun_) {
      ahead_.push_back(
          base::in_background([this, number = begun_] { return read(number); }, amount));
    }
    auto certificate = ahead_.front().get();
    ahead_.pop_front();
    return certificate;
  }

 private:
  [[nodiscard]] Result<ca::Certificate> read(std::size_t number) const {
    const Json& der = facts_.at(number).at("der");
    return proof_ == Proof::kSignature ? as_signed<ca::Certificate>(der, root_, kCertificate)
                                       : parsed<ca::Certificate>(der, kCertificate);
  }

  const Json& facts_;
  const ca::Certificate& root_;
  Proof proof_;
  std::size_t begun_ = 0;
  std::deque<std::future<Result<ca::Certificate>>> ahead_;
};

}  // namespace

Result<ca::Certificate> certificate_as_signed(const Json& base64, const ca::Certificate& issuer) {
  return as_signed<ca::Certificate>(base64, issuer, kCertificate);
}

Result<ca::RevocationList> crl_as_signed(const Json& base64, const ca::Certificate& issuer) {
  return as_signed<ca::RevocationList>(base64, issuer, "the CRL");
}

Result<ca::OcspResponse> ocsp_as_signed(const Json& base64, const ca::Certificate& issuer) {
  constexpr const char* kResponse = "the OCSP response";
  auto response = parsed<ca::OcspResponse>(base64, kResponse);
  if (!response || !response->believed_under(issuer)) {
    return no_longer_what_was_signed(kResponse);
  }
  return response;
}

Result<ca::SigningRequest> cross_request_as_signed(const Json& base64,
                                                   const ca::Certificate& root) {
  constexpr const char* kRequest = "the request";
  auto request = parsed<ca::SigningRequest>(base64, kRequest);
  const bool is_own = request && request->subject() == root.subject() &&
                      request->public_key_info() == root.public_key_info() &&
                      ca::is_acceptable(request->check({}));
  return is_own ? std::move(request)
                : Result<ca::SigningRequest>(no_longer_what_was_signed(kRequest));
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
  IssuedReader reader(list->second, *root, proof);
  for (const Json& fact : list->second) {
    const std::string name = fact.at("name").get<std::string>();
    auto certificate = reader.next();
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
