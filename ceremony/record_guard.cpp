#include "ceremony/record_guard.h"

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <sodium.h>

#include "base/media.h"
#include "base/secret_bytes.h"
#include "ceremony/secret_forms.h"
#include "ceremony/share_carrier.h"
#include "ceremony/typed_secrets.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
namespace fs = std::filesystem;

constexpr std::size_t kLargestPublicFile = 1U << 24U;  // bytes; as Transcript::read() takes
constexpr std::string_view kTyped = "what was typed as a secret in this ceremony";
constexpr std::string_view kKeyInHand = "a key that this ceremony holds";

base::SecretBytes second_copy(const base::SecretBytes& secret) {
  return base::SecretBytes::copy_of(secret.read().bytes());
}

// The keys in this process's memory, copied for the time of one look.
std::vector<base::SecretBytes> keys_in_hand(const Workplace& work) {
  std::vector<base::SecretBytes> keys;
  if (auto key = work.journal.journal_key(); key) {
    keys.push_back(std::move(key).value());
  }
  if (work.held.kek) {
    keys.push_back(second_copy(work.held.kek->bytes()));
  }
  for (const shamir::HeldShare& share : work.held.shares) {
    keys.push_back(second_copy(share.share.value));
  }
  for (const PossessionForSeal& one : work.held.possession) {
    keys.push_back(one.key.seed());
  }
  return keys;
}

bool holds_key(base::ByteView reading, const base::SecretBytes& key) {
  const auto bytes = key.read();
  const std::size_t size = key.size();
  for (std::size_t at = 0; at + size <= reading.size(); ++at) {
    if (sodium_memcmp(reading.subspan(at).data(), bytes.bytes().data(), size) == 0) {
      return true;
    }
  }
  return false;
}

bool holds_any_key(std::string_view text, const std::vector<base::SecretBytes>& keys) {
  bool found = false;
  for_each_reading(text, [&](base::ByteView reading) {
    for (const base::SecretBytes& key : keys) {
      found = found || holds_key(reading, key);
    }
  });
  return found;
}

// By what a text is judged.
struct Search {
  const TypedSecrets& typed;
  Chance chance;
  std::vector<base::SecretBytes> keys;
};

// What the text holds, in words that fit behind "holds"; "" for nothing.
std::string_view secret_in(std::string_view text, const Search& search) {
  if (const std::string_view form = secret_form_in(text); !form.empty()) {
    return form;
  }
  if (search.typed.stand_in(text, search.chance)) {
    return kTyped;
  }
  return holds_any_key(text, search.keys) ? kKeyInHand : "";
}

std::string_view secret_in_data(const Json& data, const Search& search) {
  const Json flat = data.flatten();  // every text, however deep
  for (const auto& [path, one] : flat.items()) {
    const auto* const text = one.get_ptr<const std::string*>();
    const std::string_view found = text == nullptr ? "" : secret_in(*text, search);
    if (!found.empty()) {
      return found;
    }
  }
  return "";
}

Error not_closed(const std::string& where, std::string_view what) {
  return {ErrorCode::kRefusedByPolicy,
          where + " holds " + std::string(what) +
              "; a record is read by many, so one with a secret in it is not closed; lock its "
              "media away like that secret, replace what the secret opens, and hold this "
              "ceremony again"};
}

Result<void> check_entries(const Workplace& work, const Search& search) {
  for (const JournalEntry& entry : work.journal.entries()) {
    if (const std::string_view found = secret_in_data(entry.data, search); !found.empty()) {
      return not_closed(
          "entry " + std::to_string(entry.i) + " of the journal (\"" + entry.type + "\")", found);
    }
  }
  return {};
}

Result<void> check_public_file(const fs::path& file, const Search& search) {
  const auto content = base::read_file(file, kLargestPublicFile);
  if (!content) {
    return content.error();
  }
  const std::string_view found = secret_in(base::text_of(*content), search);
  return found.empty() ? Result<void>()
                       : not_closed("the public file " + file.filename().string(), found);
}

// The transcript is in the journal, word for word.
Result<void> check_public_files(const Workplace& work, const Search& search) {
  std::error_code failed;
  for (fs::directory_iterator entry(work.public_folder(), failed);
       !failed && entry != fs::directory_iterator();
       entry.increment(failed)) {
    const bool is_transcript = entry->path().filename() == "transcript.log";
    auto checked = is_transcript ? Result<void>() : check_public_file(entry->path(), search);
    if (!checked) {
      return checked;
    }
  }
  return {};
}

}  // namespace

Result<void> check_typed_text(const Workplace& work, const TypedText& typed) {
  const Search search{
      .typed = work.typed_secrets, .chance = Chance::kMay, .keys = keys_in_hand(work)};
  const std::string_view found = secret_in(typed.text, search);
  if (found.empty()) {
    return {};
  }
  return Error{ErrorCode::kRefusedByPolicy,
               "what was typed for \"" + std::string(typed.name) + "\" holds " +
                   std::string(found) +
                   ", and it would stand in the record for good; nothing of it was recorded; "
                   "type it again without that, and clear the screen. A number that is the same "
                   "by chance can be written with a word before it"};
}

Result<void> check_typed_texts(const Workplace& work, const client::Input& input) {
  for (const auto& [name, text] : input.texts) {
    auto checked = is_share_itself(name) ? Result<void>()
                                         : check_typed_text(work, {.name = name, .text = text});
    if (!checked) {
      return checked;
    }
  }
  return {};
}

Result<void> check_record_for_secrets(const Workplace& work) {
  const Search search{
      .typed = work.typed_secrets, .chance = Chance::kMayNot, .keys = keys_in_hand(work)};
  if (auto entries = check_entries(work, search); !entries) {
    return entries;
  }
  return check_public_files(work, search);
}

}  // namespace ceremony
