#include "ceremony/cli/ceremony_room.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/media.h"
#include "base/posix_file.h"
#include "base/text_encoding.h"
#include "ceremony/cli/command.h"
#include "ceremony/cli/data_folder.h"
#include "ceremony/cli/personal_key.h"
#include "ceremony/session.h"

namespace ceremony::cli {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
namespace fs = std::filesystem;

constexpr std::size_t kTicketDigits = 64;
constexpr std::size_t kTicketKeySize = kTicketDigits / 2;  // bytes

fs::path full(const std::string& path) {
  std::error_code failed;
  const fs::path absolute = path.empty() ? fs::path() : fs::absolute(path, failed);
  return failed ? fs::path(path) : absolute;
}

// A key of 64 hex digits; blanks and line ends behind them do not count.
Result<base::SecretBytes> read_key_digits(const std::string& file) {
  auto text = base::read_secret_file(file, kTicketDigits + 2);
  if (!text) {
    return text;
  }
  auto digits = text->copy_of_part({.offset = 0, .size = std::min(text->size(), kTicketDigits)});
  auto key = digits ? base::secret_from_hex(*digits) : std::move(digits);
  if (!key || key->size() != kTicketKeySize) {
    return Error{ErrorCode::kMalformed,
                 base::in_quotes(file) +
                     " is no key of 64 hex digits; look for the resume ticket of this ceremony"};
  }
  return key;
}

}  // namespace

void add_record_options(CLI::App& verb, RoomOptions& options) {
  verb.add_option("plan", options.plan, "The reviewed plan (TOML)")
      ->required()
      ->check(objection_to_file_name);
  verb.add_option("--record",
                  options.record,
                  "Folder of the records; confidential/ and public/ are below it")
      ->required()
      ->check(objection_to_file_name);
  verb.add_option("--ticket",
                  options.ticket,
                  "PRODUCTION: the resume ticket. It is written when the ceremony begins, and "
                  "opens the journal when it goes on")
      ->check(objection_to_file_name);
  add_keeper_options(
      verb, "PRODUCTION, instead of the ticket: a record keeper's key file", options.keeper);
}

void add_room_options(CLI::App& verb, RoomOptions& options) {
  add_record_options(verb, options);
  verb.add_option("--annex", options.annex, "The plan's confidential annex (TOML)")
      ->check(objection_to_file_name);
  verb.add_option("--vault",
                  options.vaults,
                  "Vault folder of each site that is in this room; the first is this site's")
      ->check(objection_to_file_name);
  verb.add_option("--holders", options.holders, "Folder in which each holder's stick appears")
      ->check(objection_to_file_name);
  verb.add_option("--in", options.transfer_in, "Stick with requests and other input")
      ->check(objection_to_file_name);
  verb.add_option("--out", options.transfer_out, "Stick for certificates, chains and CRLs")
      ->check(objection_to_file_name);
}

Result<client::OpenRequest> room_of(const RoomOptions& options) {
  auto data = find_data_folder();
  if (!data) {
    return std::move(data).error();
  }
  const fs::path record = full(options.record);
  client::OpenRequest room{.plan = full(options.plan),
                           .annex = full(options.annex),
                           .data = std::move(data).value(),
                           .sites = {},
                           .holders = full(options.holders),
                           .transfer_in = full(options.transfer_in),
                           .transfer_out = full(options.transfer_out),
                           .confidential = record / "confidential",
                           .published = record / "public"};
  std::ranges::transform(options.vaults, std::back_inserter(room.sites), full);
  return room;
}

bool has_begun(const client::OpenRequest& room, const Plan& plan) {
  std::error_code failed;
  return fs::exists(journal_path(room, plan), failed);
}

Result<client::RecordKeys> record_keys_of(const RoomOptions& options, const Plan& plan) {
  client::RecordKeys keys;
  if (plan.mode != Mode::kProduction) {
    return keys;
  }
  if (options.ticket.empty() && options.keeper.file.empty()) {
    return Error{ErrorCode::kInsufficient,
                 "the journal of a PRODUCTION ceremony is encrypted; bring its resume ticket "
                 "(--ticket), or a record keeper's key (--keeper)"};
  }
  auto key = options.ticket.empty() ? open_personal_key(options.keeper, ca::FileKey::kX25519)
                                    : read_key_digits(options.ticket);
  if (!key) {
    return std::move(key).error();
  }
  (options.ticket.empty() ? keys.keeper_secret : keys.journal_key) = std::move(key).value();
  return keys;
}

Result<void> check_new_ticket(const RoomOptions& options, const Plan& plan) {
  std::error_code failed;
  if (plan.mode != Mode::kProduction) {
    return {};
  }
  if (options.ticket.empty()) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "a PRODUCTION ceremony that is interrupted goes on only with its resume ticket; "
                 "nothing was begun; name a new file on a stick of its own with --ticket"};
  }
  if (fs::exists(options.ticket, failed)) {
    return Error{ErrorCode::kRefusedByPolicy,
                 base::in_quotes(options.ticket) +
                     " exists; nothing was begun; name a new file for the resume ticket"};
  }
  return {};
}

Result<void> write_ticket(const RoomOptions& options, const base::SecretBytes& journal_key) {
  auto saved = base::save_new(full(options.ticket), base::secret_to_hex(journal_key));
  return saved ? Result<void>() : Result<void>(std::move(saved).error());
}

}  // namespace ceremony::cli
