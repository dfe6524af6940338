#include "ceremony/request_drafts.h"

#include <algorithm>
#include <future>
#include <map>
#include <utility>
#include <vector>

#include "base/background.h"
#include "base/digest.h"
#include "base/media.h"
#include "base/text_encoding.h"
#include "ca/certificate_profile.h"
#include "ca/pem.h"
#include "ca/succession.h"
#include "ceremony/drafts.h"
#include "ceremony/vault.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// What all requests of a ceremony are held against; nothing changes it.
struct Bench {
  ca::Certificate root;
  ca::KeyRegistry issued;
  std::map<std::string, ca::CertificateProfile> profiles;
};

// The first finding that stands against a signature, as an error.
Result<void> refuse_findings(const base::Findings& findings) {
  for (const base::Finding& finding : findings) {
    if (finding.severity != base::Severity::kNotice) {
      return Error{ErrorCode::kRefusedByPolicy, reason_of(finding)};
    }
  }
  return {};
}

Result<Bench> bench_of(const Workplace& work) {
  auto root = root_of(work);
  if (!root) {
    return std::move(root).error();
  }
  auto issued = issued_certificates(work);
  if (!issued) {
    return std::move(issued).error();
  }
  auto profiles = ca::load_profiles(work.room.data / "profiles");
  if (!profiles) {
    return std::move(profiles).error();
  }
  Bench bench{.root = std::move(root).value(),
              .issued = ca::KeyRegistry(),
              .profiles = std::move(*profiles)};
  bench.issued.add(bench.root.public_key_info(), "the root");
  for (const ca::Certificate& certificate : *issued) {
    bench.issued.add(certificate.public_key_info(), "the certificate " + certificate.serial_hex());
  }
  return bench;
}

// A file of the plan from transfer/in. `what` it is, for the message.
struct BroughtFile {
  const std::string& file;
  const std::string& sha256;
  std::size_t largest;
  const char* what;
};

Result<base::Bytes> read_brought(const Workplace& work, const BroughtFile& brought) {
  auto bytes = base::read_file(work.room.transfer_in / brought.file, brought.largest);
  if (bytes && base::sha256_hex(*bytes) != brought.sha256) {
    return Error{ErrorCode::kInconsistent,
                 std::string("this is not the ") + brought.what +
                     " that the plan was reviewed with (its digest differs); nothing was signed; "
                     "bring the right file, or review the plan again"};
  }
  return bytes;
}

Result<ca::SigningRequest> read_brought_request(const Workplace& work,
                                                const PlannedRequest& planned) {
  auto bytes = read_brought(work,
                            {.file = planned.file,
                             .sha256 = planned.sha256,
                             .largest = ca::kLargestRequest,
                             .what = "request"});
  if (!bytes) {
    return std::move(bytes).error();
  }
  return ca::SigningRequest::parse(*bytes);
}

// Whether the certificate may be followed in that way: a renewal and a re-key follow one that this
// root has issued, a cross-certificate the own one of another root.
Result<void> check_predecessor_signature(const ca::Certificate& certificate,
                                         ca::Succession succession,
                                         const ca::Certificate& root) {
  const bool is_cross = succession == ca::Succession::kCross;
  const base::Bytes& key = is_cross ? certificate.public_key_info() : root.public_key_info();
  if (certificate.verify_with(key)) {
    return {};
  }
  return Error{ErrorCode::kInconsistent,
               is_cross
                   ? "the certificate of the other CA is not signed with its own key, so it is "
                     "no root's; bring the root certificate that the other CA publishes"
                   : "the certificate that is to be followed was not issued by this root; bring "
                     "the one that was"};
}

Result<ca::Certificate> read_predecessor(const Workplace& work,
                                         const PlannedPredecessor& planned,
                                         const ca::Certificate& root) {
  auto bytes = read_brought(work,
                            {.file = planned.file,
                             .sha256 = planned.sha256,
                             .largest = kLargestCertificate,
                             .what = "certificate"});
  auto objects =
      bytes ? ca::read_objects(*bytes) : Result<std::vector<ca::EncodedObject>>(bytes.error());
  if (!objects) {
    return std::move(objects).error().while_doing(planned.file);
  }
  auto certificate = ca::Certificate::parse(objects->front().der);
  if (!certificate) {
    return std::move(certificate).error().while_doing(planned.file);
  }
  const auto succession = ca::succession_named(planned.as).value_or(ca::Succession::kRenewal);
  if (auto fits = check_predecessor_signature(*certificate, succession, root); !fits) {
    return std::move(fits).error().while_doing(planned.file);
  }
  return certificate;
}

// What was decided when the requests were checked; before that nothing is known of any.
struct Decision {
  base::Bytes serial;   // empty: to be drawn
  std::string refusal;  // "": not refused
};

Result<Decision> decision_of(const Workplace& work, std::size_t number) {
  const auto decided = work.facts.find("requests");
  if (decided == work.facts.end()) {
    return Decision();
  }
  const Json& list = decided->second;
  if (!list.is_array() || number >= list.size() || !list.at(number).is_object()) {
    return Error{ErrorCode::kInconsistent,
                 "what was decided in this ceremony is not about its requests; keep the journal "
                 "and call for help"};
  }
  const Json& one = list.at(number);
  auto serial = base::from_hex(one.value("serial", std::string()));
  if (!serial) {
    return std::move(serial).error();
  }
  return Decision{.serial = std::move(serial).value(),
                  .refusal = one.value("refusal", std::string())};
}

Result<RequestDraft> draft_of(const Workplace& work,
                              const Bench& bench,
                              const PlannedRequest& planned,
                              const ca::KeyRegistry& seen,
                              const base::Bytes& serial) {
  auto request = read_brought_request(work, planned);
  if (!request) {
    return std::move(request).error();
  }
  const auto profile = bench.profiles.find(planned.profile);
  if (profile == bench.profiles.end()) {
    return Error{ErrorCode::kNotFound,
                 "there is no profile \"" + planned.profile + "\"; correct the plan"};
  }
  auto plan = certificate_plan_of(planned);
  if (!plan) {
    return std::move(plan).error();
  }
  plan->serial = serial;
  std::optional<ca::Certificate> before;
  std::optional<ca::Predecessor> predecessor;
  if (!planned.follows.empty()) {
    auto read = read_predecessor(work, planned.follows.front(), bench.root);
    if (!read) {
      return std::move(read).error();
    }
    before = std::move(*read);
    predecessor.emplace(ca::Predecessor{
        .succession =
            ca::succession_named(planned.follows.front().as).value_or(ca::Succession::kRenewal),
        .certificate = *before});
  }
  auto draft =
      ca::CertificateDraft::of_subordinate({.profile = profile->second,
                                            .plan = *plan,
                                            .request = *request,
                                            .issuer = bench.root,
                                            .predecessor = predecessor ? &*predecessor : nullptr},
                                           seen);
  if (!draft) {
    return std::move(draft).error();
  }
  if (auto clean = refuse_findings(draft->findings()); !clean) {
    return std::move(clean).error();
  }
  return RequestDraft{.request = std::move(*request), .draft = std::move(*draft)};
}

// One request as it is now, by what was decided before.
Result<RequestLook> look_at(const Workplace& work,
                            const Bench& bench,
                            const PlannedRequest& planned,
                            const ca::KeyRegistry& seen,
                            const Decision& decision) {
  if (!decision.refusal.empty()) {
    return RequestLook{.planned = planned, .draft = {}, .refusal = decision.refusal};
  }
  auto draft = draft_of(work, bench, planned, seen, decision.serial);
  if (draft) {
    return RequestLook{.planned = planned, .draft = std::move(*draft), .refusal = {}};
  }
  if (!decision.serial.empty()) {
    return std::move(draft).error();  // it was good when it was checked
  }
  return RequestLook{.planned = planned, .draft = {}, .refusal = draft.error().message};
}

// Goes through the requests in their order. While one part of them is looked through, the next is
// worked out beside it, by what nothing changes; only who uses a key first is found out in order.
class Walk {
 public:
  Walk(const Workplace& work, const Bench& bench, const std::vector<PlannedRequest>& requests)
      : work_(work), bench_(bench), requests_(requests), seen_(&bench.issued) {}

  Result<void> go(const std::function<Result<void>(RequestLook&)>& look) {
    std::future<Part> next = begin(0);
    for (std::size_t first = 0; first < requests_.size(); first += kPart) {
      Part part = next.get();
      next = begin(first + kPart);
      if (auto looked = go_through(first, std::move(part), look); !looked) {
        return looked;
      }
    }
    return {};
  }

 private:
  using Part = std::vector<Result<RequestLook>>;
  static constexpr std::size_t kPart = 16;

  Result<void> go_through(std::size_t first,
                          Part part,
                          const std::function<Result<void>(RequestLook&)>& look) {
    for (std::size_t i = 0; i < part.size(); ++i) {
      if (auto looked = look_in_order(first + i, std::move(part[i]), look); !looked) {
        return looked;
      }
    }
    return {};
  }

  // From that request on; one part alone is not worth a thread.
  [[nodiscard]] std::future<Part> begin(std::size_t first) const {
    const auto task = [this, first] { return part_from(first); };
    const bool is_much = requests_.size() > kPart && first < requests_.size();
    return base::in_background(task, is_much ? base::Amount::kMuch : base::Amount::kLittle);
  }

  [[nodiscard]] Part part_from(std::size_t first) const {
    Part part;
    for (std::size_t i = first; i < std::min(first + kPart, requests_.size()); ++i) {
      part.push_back(look_at_one(i, bench_.issued));
    }
    return part;
  }

  [[nodiscard]] Result<RequestLook> look_at_one(std::size_t number,
                                                const ca::KeyRegistry& seen) const {
    auto decision = decision_of(work_, number);
    if (!decision) {
      return std::move(decision).error();
    }
    return look_at(work_, bench_, requests_[number], seen, *decision);
  }

  // What was worked out beside knows nothing of the requests before it.
  Result<void> look_in_order(std::size_t number,
                             Result<RequestLook> one,
                             const std::function<Result<void>(RequestLook&)>& look) {
    const PlannedRequest& planned = requests_[number];
    if (one && one->draft && seen_.owner_of(one->draft->request.public_key_info())) {
      one = look_at_one(number, seen_);
    }
    if (!one) {
      return std::move(one).error().while_doing(planned.file);
    }
    if (one->draft) {
      seen_.add(one->draft->request.public_key_info(), "the request " + planned.file);
    }
    return look(*one);
  }

  const Workplace& work_;
  const Bench& bench_;
  const std::vector<PlannedRequest>& requests_;
  ca::KeyRegistry seen_;  // of what was issued, and of the requests so far
};

}  // namespace

std::string reason_of(const base::Finding& finding) {
  return finding.message + " [" + finding.rule + "; " + finding.source + "]";
}

Result<void> for_each_request(const Workplace& work,
                              const std::function<Result<void>(RequestLook&)>& look) {
  auto bench = bench_of(work);
  if (!bench) {
    return std::move(bench).error();
  }
  auto requests = all_requests(work.plan, work.room.transfer_in);
  if (!requests) {
    return std::move(requests).error();
  }
  return Walk(work, *bench, *requests).go(look);
}

}  // namespace ceremony
