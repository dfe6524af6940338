#include "ceremony/request_signing.h"

#include <deque>
#include <future>
#include <memory>
#include <utility>

#include "base/background.h"
#include "ca/issuer.h"
#include "ceremony/request_drafts.h"

namespace ceremony {

namespace {

using base::Result;
using Take = std::function<Result<void>(const SignedRequest&)>;

// What is signed and not yet taken, in a batch. More than the processors can work at would only let
// a key that lies go on for longer.
constexpr std::size_t kMostBehind = 4;

class Row {
 public:
  Row(ca::Signer& signer, base::Amount amount, const Take& take)
      : signer_(signer), amount_(amount), take_(take) {}

  // Signs what was accepted, and takes what is finished where too much waits.
  Result<void> add(RequestLook& look) {
    Waiting waiting{
        .request = {.planned = look.planned, .certificate = {}, .refusal = look.refusal},
        .certificate = {}};
    if (look.draft) {
      auto begun = begin(std::move(look.draft->draft));
      if (!begun) {
        return std::move(begun).error().while_doing(look.planned.file);
      }
      waiting.certificate = std::move(*begun);
    }
    waiting_.push_back(std::move(waiting));
    return waiting_.size() > most_behind() ? take_first() : Result<void>();
  }

  Result<void> take_all() {
    while (!waiting_.empty()) {
      if (auto taken = take_first(); !taken) {
        return taken;
      }
    }
    return {};
  }

 private:
  [[nodiscard]] std::size_t most_behind() const {
    return amount_ == base::Amount::kMuch ? kMostBehind : 0;
  }

  using Certificate = std::future<Result<ca::Certificate>>;
  struct Waiting {
    SignedRequest request;
    std::optional<Certificate> certificate;  // absent: refused
  };

  Result<Certificate> begin(ca::CertificateDraft draft) {
    auto signature = ca::sign_draft(draft, signer_);
    if (!signature) {
      return std::move(signature).error();
    }
    const auto shared = std::make_shared<const ca::CertificateDraft>(std::move(draft));
    return base::in_background(
        [shared, signature = std::move(signature).value()] {
          return ca::finish_certificate(*shared, signature);
        },
        amount_);
  }

  Result<void> take_first() {
    Waiting first = std::move(waiting_.front());
    waiting_.pop_front();
    if (first.certificate) {
      auto certificate = first.certificate->get();
      if (!certificate) {
        return std::move(certificate).error().while_doing(first.request.planned.file);
      }
      first.request.certificate = std::move(certificate).value();
    }
    return take_(first.request);
  }

  ca::Signer& signer_;
  base::Amount amount_;
  const Take& take_;
  std::deque<Waiting> waiting_;
};

}  // namespace

Result<void> sign_each_request(const Workplace& work, ca::Signer& signer, const Take& take) {
  Row row(signer, work.plan.batch ? base::Amount::kMuch : base::Amount::kLittle, take);
  auto looked = for_each_request(work, [&](RequestLook& look) { return row.add(look); });
  return looked ? row.take_all() : looked;
}

}  // namespace ceremony
