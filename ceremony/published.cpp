#include "ceremony/published.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/digest.h"
#include "base/media.h"
#include "ca/revocation_list.h"
#include "ceremony/ledger_guard.h"
#include "ceremony/ledger_import.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
namespace fs = std::filesystem;

constexpr std::size_t kLargestPublishedCrl = 64U << 20U;  // bytes

std::vector<fs::path> crl_files(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(folder, failed)) {
    if (entry.path().extension() == ".crl") {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

Result<PublishedCrl> read_crl_file(const fs::path& file, base::ByteView public_key_info) {
  auto der = base::read_file(file, kLargestPublishedCrl);
  if (!der) {
    return std::move(der).error();
  }
  auto list = ca::RevocationList::parse(*der);
  if (!list) {
    return std::move(list).error();
  }
  if (auto signature = list->verify_with(public_key_info); !signature) {
    return std::move(signature).error();
  }
  std::string sha256 = base::sha256_hex(*der);
  return PublishedCrl{.number = list->number().value_or(0),
                      .sha256 = std::move(sha256),
                      .der = std::move(der).value()};
}

bool is_recorded(const Ledger& ledger, const PublishedCrl& crl) {
  const auto names_it = [&](const LedgerEvent& event) {
    const auto* const issued = std::get_if<IssuedCrl>(&event);
    return issued != nullptr && issued->sha256 == crl.sha256;
  };
  return std::ranges::any_of(ledger.records(), [&](const LedgerRecord& record) {
    return std::ranges::any_of(record.events, names_it);
  });
}

}  // namespace

Result<Published> read_published(const fs::path& folder, base::ByteView public_key_info) {
  Published published;
  auto records = verified_records(folder, std::nullopt);
  if (!records) {
    return std::move(records).error();
  }
  published.records = std::move(records).value();
  for (const fs::path& file : crl_files(folder)) {
    auto crl = read_crl_file(file, public_key_info);
    if (!crl) {
      return std::move(crl).error().while_doing("the published CRL " + file.filename().string());
    }
    if (!published.newest_crl || crl->number > published.newest_crl->number) {
      published.newest_crl = std::move(crl).value();
    }
  }
  return published;
}

Result<void> check_published(const Ledger& ledger,
                             const LedgerState& state,
                             const Published& published,
                             NewerCrl newer) {
  if (auto checked = check_presented(ledger, state, published.records); !checked) {
    return checked;
  }
  if (!published.newest_crl || is_recorded(ledger, *published.newest_crl)) {
    return {};
  }
  const std::string number = std::to_string(published.newest_crl->number);
  if (published.newest_crl->number <= highest_crl_number(state)) {
    return Error{ErrorCode::kInconsistent,
                 "The published CRL " + number +
                     " is not the one of that number that this copy of the CA record knows: both "
                     "sites have acted. Import the records of the other site, and merge. Nothing "
                     "was signed."};
  }
  if (newer == NewerCrl::kTaken) {
    return {};
  }
  return Error{ErrorCode::kInconsistent,
               "The published CRL " + number +
                   " is newer than this copy of the CA record, which ends with CRL " +
                   std::to_string(state.crl_number) +
                   ". Import the newer records first (conclave ledger import). Nothing was "
                   "signed."};
}

}  // namespace ceremony
