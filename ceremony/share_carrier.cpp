#include "ceremony/share_carrier.h"

#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/digest.h"
#include "base/media.h"
#include "ca/data_token.h"
#include "ceremony/holder_files.h"
#include "ceremony/own_outputs.h"
#include "ceremony/turns.h"
#include "shamir/share_lines.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
namespace fs = std::filesystem;

constexpr std::string_view kShareLabel = "conclave share";

// Under which name a token keeps the share: a drill's lies beside the real one.
std::string share_label(const Plan& plan) {
  std::string label(kShareLabel);
  return plan.mode == Mode::kDrill ? label + " " + drill_folder(plan) : label;
}

client::Ask pin_ask() {
  return {.name = kTokenPin,
          .kind = client::AskKind::kSecret,
          .prompt = "The PIN of your token (smartcard)",
          .expected = {}};
}

// Where the token of a holder is, whose files `folder` would have.
Result<ca::DataTokenPlace> token_place(const Plan& plan, const fs::path& folder) {
  if (!plan.token_library.empty()) {
    return ca::DataTokenPlace{.library = plan.token_library, .softhsm_folder = {}};
  }
  if (plan.mode == Mode::kProduction) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "the plan names no library for the holders' tokens (smartcards), so none can be "
                 "opened; nothing was done; correct \"token_library\" in the plan, or bring "
                 "another copy of the share"};
  }
  return ca::DataTokenPlace{.library = {}, .softhsm_folder = folder / kTokenFolder};
}

// Opens the token whose holder has typed the PIN.
Result<std::unique_ptr<ca::DataToken>> open_token(const Plan& plan,
                                                  const fs::path& folder,
                                                  const client::Input& input) {
  const auto pin = input.secrets.find(kTokenPin);
  if (pin == input.secrets.end()) {
    return Error{ErrorCode::kInsufficient,
                 "the PIN of the token (smartcard) was not typed; type it and go on"};
  }
  auto place = token_place(plan, folder);
  if (!place) {
    return std::move(place).error();
  }
  return ca::DataToken::open(*place, pin->second);
}

Result<base::Bytes> read_token(const Plan& plan,
                               const fs::path& folder,
                               const client::Input& input) {
  auto token = open_token(plan, folder, input);
  if (!token) {
    return std::move(token).error();
  }
  return (*token)->read(share_label(plan));
}

// Takes away what an earlier attempt of this ceremony has left in the token, and nothing else.
Result<void> make_way_in_token(const Workplace& work,
                               ca::DataToken& token,
                               const std::string& label) {
  auto there = token.read(label);
  if (!there) {
    return there.error().code == ErrorCode::kNotFound ? Result<void>()
                                                      : Result<void>(std::move(there).error());
  }
  const std::string sha256 = base::sha256_hex(*there);
  if (!has_noted(work.journal, sha256)) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "this token (smartcard) holds a share already, and this ceremony has not written "
                 "it; nothing is ever overwritten; take another token, keep this one, and do this "
                 "step again"};
  }
  const Json noted = {{"file", std::string(kTokenFolder) + "/" + label}, {"sha256", sha256}};
  if (auto written = work.journal.append("voided", noted); !written) {
    return written;
  }
  return token.remove(label);
}

// Gives what the journal says of the token.
Result<Json> write_token(const Workplace& work,
                         const client::Input& input,
                         const fs::path& folder,
                         base::ByteView envelope) {
  auto token = open_token(work.plan, folder, input);
  if (!token) {
    return std::move(token).error();
  }
  const std::string label = share_label(work.plan);
  if (auto free = make_way_in_token(work, **token, label); !free) {
    return std::move(free).error();
  }
  if (auto noted = note_output(work, fs::path(kTokenFolder) / label, envelope); !noted) {
    return std::move(noted).error();
  }
  if (auto written = (*token)->write_new({.label = label, .value = envelope}); !written) {
    return std::move(written).error();
  }
  const ca::TokenFacts& facts = (*token)->facts();
  return Json{
      {"manufacturer", facts.manufacturer}, {"model", facts.model}, {"serial", facts.serial}};
}

Result<base::Bytes> read_typed_lines(const client::Input& input) {
  const auto lines = input.texts.find(kCardLines);
  if (lines == input.texts.end()) {
    return Error{ErrorCode::kInsufficient,
                 "the lines of the printed card were not typed or scanned; do so and go on"};
  }
  return shamir::read_share_lines(lines->second);
}

std::string_view typed_card_in(std::string_view answer) {
  const std::string_view word = kTypedCard;
  return answer.starts_with(word) ? answer.substr(word.size()) : answer;
}

// What was typed may be anything, a passphrase too: it is not said again.
Result<void> check_handed_folder(const fs::path& folder) {
  std::error_code failed;
  if (fs::is_directory(folder, failed)) {
    return {};
  }
  return Error{ErrorCode::kNotFound,
               "there is no folder of a stick where the answer points (the answer is not shown "
               "here, because it may hold a secret); insert the stick, wait until its folder is "
               "there, and point to that; a printed card begins with \"card:\""};
}

// The stick's own folder, whatever the mode: a token is one for all of them.
fs::path stick_of(const Workplace& work, std::size_t number) {
  return work.room.holders / work.annex.holders[number].folder;
}

}  // namespace

bool is_typed_card(std::string_view answer) {
  return answer.starts_with(kTypedCard) || shamir::looks_like_share_lines(answer);
}

bool is_share_itself(std::string_view name, std::string_view text) {
  return name == kCardLines || (name == kHandedIn && is_typed_card(text));
}

std::vector<client::Ask> asks_to_write(const PlannedHolder& holder) {
  return holder.carrier == kOnToken ? std::vector{pin_ask()} : std::vector<client::Ask>();
}

std::vector<client::Ask> asks_to_read(const PlannedHolder& holder) {
  if (holder.carrier == kOnCard) {
    return {{.name = kCardLines,
             .kind = client::AskKind::kText,
             .prompt = "Type the lines of your printed card, or scan its code",
             .expected = {}}};
  }
  return asks_to_write(holder);
}

std::vector<client::Ask> asks_to_hand_in() {
  client::Ask pin = pin_ask();
  pin.is_optional = true;
  return {
      {.name = kHandedIn,
       .kind = client::AskKind::kPath,
       .prompt = "Insert the stick with your share; or \"card:\" and the lines of your card; or "
                 "\"token:\" where it is in your token (smartcard)",
       .expected = {}},
      std::move(pin)};
}

Result<void> write_to_carrier(Workplace& work,
                              const client::Input& input,
                              std::size_t number,
                              base::ByteView envelope) {
  const PlannedHolder& holder = work.annex.holders[number];
  Json noted = {{"seat", holder.seat}, {"carrier", holder.carrier}};
  if (holder.carrier == kOnToken) {
    auto token = write_token(work, input, stick_of(work, number), envelope);
    if (!token) {
      return std::move(token).error();
    }
    noted["token"] = std::move(token).value();
  } else {
    const fs::path folder = holder_folder(work, number);
    const bool is_drill = work.plan.mode == Mode::kDrill;
    if (auto made = is_drill ? base::make_folder_where_missing(folder) : Result<void>(); !made) {
      return made;
    }
    auto written = holder.carrier == kOnCard ? write_card_files(work, folder, envelope)
                                             : write_holder_files(work, folder, envelope);
    if (!written) {
      return written;
    }
  }
  return work.journal.append("share-written", noted);
}

Result<base::Bytes> read_every_copy(const Workplace& work,
                                    const client::Input& input,
                                    std::size_t number) {
  const std::string& carrier = work.annex.holders[number].carrier;
  if (carrier == kOnToken) {
    return read_from_carrier(work, input, number);
  }
  const fs::path folder = holder_folder(work, number);
  if (carrier != kOnCard) {
    return read_back_copies(folder);
  }
  auto envelope = read_typed_lines(input);
  std::error_code failed;
  if (!envelope || !fs::exists(folder / kCardText, failed)) {
    return envelope;
  }
  auto same = compare_card_files(folder, *envelope);
  return same ? envelope : Result<base::Bytes>(std::move(same).error());
}

Result<base::Bytes> read_from_carrier(const Workplace& work,
                                      const client::Input& input,
                                      std::size_t number) {
  const std::string& carrier = work.annex.holders[number].carrier;
  if (carrier == kOnToken) {
    return read_token(work.plan, stick_of(work, number), input);
  }
  return carrier == kOnCard ? read_typed_lines(input)
                            : read_share_file(holder_folder(work, number));
}

Result<base::Bytes> read_handed_in(const Workplace& work, const client::Input& input) {
  const auto found = input.texts.find(kHandedIn);
  if (found == input.texts.end()) {
    return Error{ErrorCode::kInsufficient, "no share was handed in; insert the stick and go on"};
  }
  const std::string_view answer = found->second;
  const std::string_view token = kInToken;
  if (is_typed_card(answer)) {
    return shamir::read_share_lines(typed_card_in(answer));
  }
  const bool is_token = answer.starts_with(token);
  const fs::path stick = is_token ? answer.substr(token.size()) : answer;
  auto folder = is_token && stick.empty() ? Result<void>() : check_handed_folder(stick);
  if (!folder) {
    return std::move(folder).error();
  }
  if (is_token) {
    return read_token(work.plan, stick, input);
  }
  return read_share_file(work.plan.mode == Mode::kDrill ? stick / drill_folder(work.plan) : stick);
}

}  // namespace ceremony
