#include "ceremony/record_guard.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <list>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <sodium.h>

#include "base/media.h"
#include "base/posix_file.h"
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

constexpr std::size_t kLargestPublicFile = 1U << 24U;  // bytes; the transcript is left out
constexpr std::size_t kSaltOfMarks = 32;               // bytes
constexpr std::string_view kTyped = "what was typed as a secret in this ceremony";
constexpr std::string_view kByChance =
    ". A number that is the same by chance can be written with a word before it";
constexpr std::string_view kKeyInHand = "a key that this ceremony holds";

base::SecretBytes second_copy(const base::SecretBytes& secret) {
  return base::SecretBytes::copy_of(secret.read().bytes());
}

// The keys in this process's memory, copied and readable for the time of one look.
class KeysInHand {
 public:
  explicit KeysInHand(const Workplace& work) {
    if (auto key = work.journal.journal_key(); key) {
      keys_.emplace_back(std::move(key).value());
    }
    if (work.held.kek) {
      keys_.emplace_back(second_copy(work.held.kek->bytes()));
    }
    for (const shamir::HeldShare& share : work.held.shares) {
      keys_.emplace_back(second_copy(share.share.value));
    }
    for (const PossessionForSeal& one : work.held.possession) {
      keys_.emplace_back(one.key.seed());
    }
  }

  // A number for each, by which only who has the salt knows it again.
  [[nodiscard]] std::vector<std::uint64_t> marks(const base::SecretBytes& salt) const {
    std::vector<std::uint64_t> marks;
    marks.reserve(keys_.size());
    const auto reader = salt.read();
    for (const OpenKey& one : keys_) {
      const base::ByteView key = one.reader.bytes();
      std::array<std::uint8_t, crypto_generichash_BYTES_MIN> hash{};
      crypto_generichash(
          hash.data(), hash.size(), key.data(), key.size(), reader.bytes().data(), salt.size());
      std::uint64_t mark = 0;
      std::memcpy(&mark, hash.data(), sizeof mark);
      sodium_memzero(hash.data(), hash.size());
      marks.push_back(mark);
    }
    return marks;
  }

  // Whether one of them stands in these bytes.
  [[nodiscard]] bool stand_in(base::ByteView reading) const {
    return std::ranges::any_of(keys_, [&](const OpenKey& one) {
      const base::ByteView key = one.reader.bytes();
      return may_stand_in(reading, key) && stands_in(reading, key);
    });
  }

 private:
  struct OpenKey {
    explicit OpenKey(base::SecretBytes secret) : key(std::move(secret)), reader(key.read()) {}

    base::SecretBytes key;
    base::SecretBytes::Reader reader;
  };

  // Whether the first octets of the key stand in these bytes: all places are looked at, at once.
  static bool may_stand_in(base::ByteView reading, base::ByteView key) {
    std::uint64_t head = 0;
    if (key.size() < sizeof head || reading.size() < key.size()) {
      return reading.size() >= key.size();
    }
    std::memcpy(&head, key.data(), sizeof head);
    bool any = false;
    for (std::size_t at = 0; at + key.size() <= reading.size(); ++at) {
      std::uint64_t here = 0;
      std::memcpy(&here, reading.subspan(at).data(), sizeof here);
      any = any || here == head;
    }
    sodium_memzero(&head, sizeof head);
    return any;
  }

  static bool stands_in(base::ByteView reading, base::ByteView key) {
    for (std::size_t at = 0; at + key.size() <= reading.size(); ++at) {
      if (sodium_memcmp(reading.subspan(at).data(), key.data(), key.size()) == 0) {
        return true;
      }
    }
    return false;
  }

  std::list<OpenKey> keys_;  // they stay where they are
};

// By what a text is judged.
struct Search {
  const TypedSecrets& typed;
  Chance chance;
  KeysInHand keys;
  std::optional<std::size_t>
      typed_since;  // the text was looked at; only what was typed since is new
};

// What the text holds, in words that fit behind "holds"; "" for nothing.
std::string_view secret_in(std::string_view text, const Search& search) {
  if (search.typed_since) {
    return search.typed.stand_in(text, search.chance, *search.typed_since) ? kTyped : "";
  }
  std::string_view form;
  bool holds_key = false;
  for_each_reading(text, [&](base::ByteView reading) {
    form = form.empty() ? form_of_reading(reading) : form;
    holds_key = holds_key || search.keys.stand_in(reading);
  });
  if (!form.empty()) {
    return form;
  }
  if (search.typed.stand_in(text, search.chance)) {
    return kTyped;
  }
  return holds_key ? kKeyInHand : "";
}

// What stands in the record, and by what it is looked through.
struct Look {
  const Workplace& work;
  Search search;
};

using Finding = std::optional<FoundSecret>;

// Whether people have said that this is none.
bool is_answered(const Workplace& work, const FoundSecret& found) {
  return std::ranges::any_of(work.journal.entries(), [&](const JournalEntry& entry) {
    return entry.type == kNoSecretEntry && entry.data.value("where", "") == found.where &&
           entry.data.value("what", "") == found.what;
  });
}

Finding look_at(const Look& look, std::string_view text, const std::string& where) {
  const std::string_view what = secret_in(text, look.search);
  if (what.empty()) {
    return std::nullopt;
  }
  FoundSecret found{.where = where, .what = what};
  return is_answered(look.work, found) ? std::nullopt : Finding(std::move(found));
}

// Whether any text in it, however deep, holds something.
bool holds_any(const Json& data, const Search& search) {
  if (data.is_structured()) {
    return std::ranges::any_of(data, [&](const Json& part) { return holds_any(part, search); });
  }
  const auto* const text = data.get_ptr<const std::string*>();
  return text != nullptr && !secret_in(*text, search).empty();
}

Finding look_at_entry(const Look& look, const JournalEntry& entry) {
  if (!holds_any(entry.data, look.search)) {
    return std::nullopt;
  }
  const std::string where =
      "entry " + std::to_string(entry.i) + " of the journal (\"" + entry.type + "\"), \"";
  const Json flat = entry.data.flatten();
  for (const auto& [path, one] : flat.items()) {
    const auto* const text = one.get_ptr<const std::string*>();
    if (text == nullptr) {
      continue;
    }
    std::string field = where;
    field.append(path).append("\"");
    if (Finding found = look_at(look, *text, field); found) {
      return found;
    }
  }
  return std::nullopt;
}

Result<Finding> look_at_public_file(const Look& look, const fs::path& file) {
  const auto content = base::read_file(file, kLargestPublicFile);
  if (!content) {
    return content.error();
  }
  return look_at(look, base::text_of(*content), "the public file " + file.filename().string());
}

// The transcript is in the journal, word for word.
Result<Finding> look_at_public_files(const Look& look) {
  const fs::path folder = look.work.public_folder();
  std::error_code failed;
  for (fs::directory_iterator entry(folder, failed); !failed && entry != fs::directory_iterator();
       entry.increment(failed)) {
    const bool is_transcript = entry->path().filename() == "transcript.log";
    auto looked = is_transcript ? Finding() : look_at_public_file(look, entry->path());
    if (!looked || *looked) {
      return looked;
    }
  }
  if (failed) {
    return base::storage_error({.path = folder, .act = "read", .error_number = failed.value()});
  }
  return Finding();
}

Search search_in_record(const Workplace& work) {
  return {.typed = work.typed_secrets,
          .chance = Chance::kMayNot,
          .keys = KeysInHand(work),
          .typed_since = {}};
}

Search search_in_typed(const Workplace& work) {
  return {.typed = work.typed_secrets,
          .chance = Chance::kMay,
          .keys = KeysInHand(work),
          .typed_since = {}};
}

Result<void> check_text(const TypedText& typed, const Search& search) {
  const std::string_view found = secret_in(typed.text, search);
  if (found.empty()) {
    return {};
  }
  return Error{ErrorCode::kRefusedByPolicy,
               "what was typed for \"" + std::string(typed.name) + "\" holds " +
                   std::string(found) +
                   ", and it would stand in the record for good; nothing of it was recorded; "
                   "type it again without that, and clear the screen" +
                   std::string(found == kTyped ? kByChance : "")};
}

}  // namespace

Result<void> check_typed_text(const Workplace& work, const TypedText& typed) {
  return check_text(typed, search_in_typed(work));
}

Result<void> check_typed_texts(const Workplace& work, const client::Input& input) {
  const Search search = search_in_typed(work);
  for (const auto& [name, text] : input.texts) {
    auto checked = is_share_itself(name, text) ? Result<void>()
                                               : check_text({.name = name, .text = text}, search);
    if (!checked) {
      return checked;
    }
  }
  return {};
}

std::string without_secrets(const Workplace& work, const std::string& message) {
  const Search search = search_in_record(work);
  const std::string_view what = secret_in(message, search);
  return what.empty() ? message
                      : "(left out of the record, because it holds " + std::string(what) + ")";
}

// What is in the journal stays as it is, so an entry that was looked through need be held only
// against what was typed since; but where a key is in hand that was not then, against everything.
Result<Finding> find_secret_in_record(const Workplace& work) {
  Look look{.work = work, .search = search_in_record(work)};
  LookedThrough& before = work.held.looked_through;
  if (!before.salt) {
    before.salt.emplace(base::SecretBytes::random(kSaltOfMarks));
  }
  std::vector<std::uint64_t> keys = look.search.keys.marks(*before.salt);
  const auto was_in_hand = [&](std::uint64_t key) {
    return std::ranges::find(before.keys, key) != before.keys.end();
  };
  const bool is_good = before.forgotten == work.typed_secrets.times_forgotten() &&
                       std::ranges::all_of(keys, was_in_hand);
  const std::size_t known = is_good ? before.entries : 0;
  const std::vector<JournalEntry>& entries = work.journal.entries();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    look.search.typed_since = i < known ? std::optional(before.typed) : std::nullopt;
    if (Finding found = look_at_entry(look, entries[i]); found) {
      return found;
    }
  }
  look.search.typed_since.reset();
  auto found = look_at_public_files(look);
  if (found && !*found) {
    before.keys = std::move(keys);
    before.typed = work.typed_secrets.count();
    before.forgotten = work.typed_secrets.times_forgotten();
    before.entries = entries.size();
  }
  return found;
}

Result<void> check_record_for_secrets(const Workplace& work) {
  auto found = find_secret_in_record(work);
  if (!found) {
    return std::move(found).error();
  }
  if (!*found) {
    return {};
  }
  return Error{ErrorCode::kRefusedByPolicy,
               (*found)->where + " holds " + std::string((*found)->what) +
                   "; a record is read by many, so one with a secret in it is not closed. Look at "
                   "it, two of you. If it is one: lock its media away like that secret, replace "
                   "what the secret opens, and hold this ceremony again. If it is none, say so "
                   "when the record is closed"};
}

Result<void> note_no_secret(const Workplace& work, const FoundSecret& found) {
  return work.journal.append(kNoSecretEntry, {{"where", found.where}, {"what", found.what}});
}

}  // namespace ceremony
