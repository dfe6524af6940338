#include "ceremony/ledger_record.h"

#include <algorithm>
#include <utility>

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

std::string entry_text(const Json& data, const char* name) {
  const auto found = data.find(name);
  return found != data.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::uint64_t number_in(const Json& data, const char* name) {
  const auto found = data.find(name);
  return found != data.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

std::vector<Json> list_in(const Json& data, const char* name) {
  const auto found = data.find(name);
  return found != data.end() && found->is_array() ? found->get<std::vector<Json>>()
                                                  : std::vector<Json>();
}

bool is_true(const Json& data, const char* name) {
  const auto found = data.find(name);
  return found != data.end() && *found == true;
}

IssuedCertificate certificate_in(const Json& data) {
  const std::string key = entry_text(data, "public_key");
  return {.serial = entry_text(data, "serial"),
          .certificate = entry_text(data, "certificate"),
          .public_key = key,
          .subject = entry_text(data, "subject"),
          .profile = entry_text(data, "profile"),
          .not_after = entry_text(data, "not_after"),
          .is_root = key == entry_text(data, "issuer_public_key")};
}

IssuedCrl crl_in(const Json& data) {
  IssuedCrl crl{.number = number_in(data, "number"),
                .sha256 = entry_text(data, "crl"),
                .this_update = entry_text(data, "this_update"),
                .next_update = entry_text(data, "next_update"),
                .revoked = {},
                .is_reserve = is_true(data, "reserve")};
  for (const Json& one : list_in(data, "revoked")) {
    crl.revoked.push_back({.serial = entry_text(one, "serial"),
                           .date = entry_text(one, "date"),
                           .reason = entry_text(one, "reason")});
  }
  return crl;
}

IssuedOcspResponse ocsp_in(const Json& data) {
  return {.serial = entry_text(data, "serial"),
          .sha256 = entry_text(data, "response"),
          .status = entry_text(data, "status"),
          .date = entry_text(data, "date"),
          .reason = entry_text(data, "reason"),
          .next_update = entry_text(data, "next_update")};
}

OpenedEpoch epoch_in(const Json& data) {
  OpenedEpoch opened{.epoch = number_in(data, "epoch"),
                     .site = entry_text(data, "site"),
                     .allowed = {},
                     .lost_to = number_in(data, "lost_to")};
  for (const Json& one : list_in(data, "allowed")) {
    opened.allowed.push_back(one.is_string() ? one.get<std::string>() : std::string());
  }
  return opened;
}

// Whether what a record tells of was made void: the ceremony was given up.
bool is_void(const Transcript& record) {
  return std::any_of(
      record.entries().begin(), record.entries().end(), [](const TranscriptEntry& entry) {
        return entry.type == "abort" && entry_text(entry.data, "outputs") == "void";
      });
}

// What was signed cannot be unsigned: a certificate can be revoked, and a number is used.
void add_void_event(const TranscriptEntry& entry, std::vector<LedgerEvent>& events) {
  if (entry.type == "crl.issue") {
    events.emplace_back(VoidCrl{.number = number_in(entry.data, "number")});
  } else if (entry.type == "cert.issue") {
    IssuedCertificate certificate = certificate_in(entry.data);
    certificate.is_void = true;
    if (!certificate.is_root) {
      events.emplace_back(std::move(certificate));
    }
  }
}

// What became of a share set, or of the key; whether the entry says any such thing.
bool add_set_event(const TranscriptEntry& entry, std::vector<LedgerEvent>& events) {
  const Json& data = entry.data;
  const auto generation = static_cast<std::uint32_t>(number_in(data, "generation"));
  if (entry.type == "shares.issue") {
    events.emplace_back(IssuedShares{.generation = generation});
  } else if (entry.type == "set.live") {
    events.emplace_back(LiveSet{.generation = generation});
  } else if (entry.type == "set.retire") {
    const bool is_dead =
        entry_text(data, "blobs") == "gone" || entry_text(data, "shares") == "gone";
    events.emplace_back(RetiredSet{.generation = generation, .is_dead = is_dead});
  } else if (entry.type == "key.end") {
    events.emplace_back(EndedKey{.generation = generation, .claim = entry_text(data, "claim")});
  } else {
    return false;
  }
  return true;
}

void add_event(const TranscriptEntry& entry, std::vector<LedgerEvent>& events) {
  const Json& data = entry.data;
  if (add_set_event(entry, events)) {
    return;
  }
  if (entry.type == "cert.issue") {
    events.emplace_back(certificate_in(data));
  } else if (entry.type == "crl.issue") {
    events.emplace_back(crl_in(data));
  } else if (entry.type == "ocsp.issue") {
    events.emplace_back(ocsp_in(data));
  } else if (entry.type == "site.activate" || entry.type == "site.return") {
    events.emplace_back(epoch_in(data));
  } else if (entry.type == "key.request") {
    events.emplace_back(BornSigningKey{.public_key = entry_text(data, "public_key"),
                                       .request = entry_text(data, "request")});
  } else if (entry.type == "ledger.merge") {
    events.emplace_back(MergedBranch{.joined = entry_text(data, "joined"),
                                     .kept = entry_text(data, "kept"),
                                     .opened = epoch_in(data)});
  }
}

}  // namespace

Result<LedgerRecord> ledger_record_of(const Transcript& record) {
  if (record.entries().empty() || record.entries().front().type != "open") {
    return Error{ErrorCode::kInconsistent,
                 "a record does not begin with its opening; nothing was done; bring a whole copy "
                 "from the other site or from the published copies"};
  }
  const TranscriptEntry& opening = record.entries().front();
  LedgerRecord facts{.name = {},
                     .ceremony = entry_text(opening.data, "ceremony"),
                     .date = opening.date,
                     .sequence = number_in(opening.data, "sequence"),
                     .previous = entry_text(opening.data, "previous_head"),
                     .head = record.head(),
                     .events = {}};
  if (entry_text(opening.data, "mode") == "DRILL") {
    return facts;
  }
  const auto add = is_void(record) ? add_void_event : add_event;
  for (const TranscriptEntry& entry : record.entries()) {
    add(entry, facts.events);
  }
  return facts;
}

std::string joined_head(const LedgerRecord& record) {
  for (const LedgerEvent& event : record.events) {
    if (const auto* const merge = std::get_if<MergedBranch>(&event); merge != nullptr) {
      return merge->joined;
    }
  }
  return {};
}

}  // namespace ceremony
