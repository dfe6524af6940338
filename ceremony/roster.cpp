#include "ceremony/roster.h"

#include <algorithm>
#include <utility>

#include "ceremony/seal.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;

constexpr std::string_view kOptional = "optional";
constexpr std::string_view kBlanks = " \t\r";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == text.npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

Error bad_line(std::size_t line, const std::string& why) {
  return Error{ErrorCode::kMalformed,
               "line " + std::to_string(line) + " of the signers file: " + why};
}

base::Result<PaperSigner> parse_signer(std::string_view text, std::size_t line) {
  const std::size_t blank = text.find_first_of(kBlanks);
  auto key = parse_vkey(text.substr(0, blank));
  if (!key) {
    return bad_line(line, key.error().message);
  }
  PaperSigner signer{std::move(key).value()};
  if (blank != text.npos) {
    if (trimmed(text.substr(blank)) != kOptional) {
      return bad_line(line, "after the key only the word \"optional\" may follow");
    }
    signer.need = PaperSigner::Need::kWherePresent;
  }
  return signer;
}

// The text as seal_text() would write it, with the origin that the note itself names.
bool says_what_transcript_says(std::string_view text, const Transcript& transcript) {
  const auto expected = seal_text(text.substr(0, text.find('\n')), transcript);
  return expected && *expected == text;
}

bool has_name(const std::vector<Vkey>& keys, std::string_view name) {
  return std::any_of(keys.begin(), keys.end(), [&](const Vkey& key) { return key.name == name; });
}

Roster flawed(std::optional<std::uint64_t> entry, std::string message) {
  return Roster{{}, RosterFlaw{entry, std::move(message)}};
}

}  // namespace

base::Result<std::vector<PaperSigner>> parse_signers(std::string_view content) {
  std::vector<PaperSigner> signers;
  std::size_t number = 0;
  while (!content.empty()) {
    const std::size_t end = std::min(content.find('\n'), content.size());
    const std::string_view line = content.substr(0, end);
    content.remove_prefix(std::min(end + 1, content.size()));
    ++number;
    const std::string_view text = trimmed(line.substr(0, line.find('#')));
    if (text.empty()) {
      continue;
    }
    auto signer = parse_signer(text, number);
    if (!signer) {
      return signer.error();
    }
    const bool twice = std::any_of(signers.begin(), signers.end(), [&](const PaperSigner& other) {
      return other.key == signer->key;
    });
    if (twice) {
      return bad_line(number, "this key stands there twice");
    }
    signers.push_back(std::move(signer).value());
  }
  if (signers.empty()) {
    return Error{ErrorCode::kMalformed, "the signers file holds no key"};
  }
  return signers;
}

std::string_view role_of(std::string_view key_name) {
  const std::size_t slash = key_name.rfind('/');
  return slash == key_name.npos ? key_name : key_name.substr(slash + 1);
}

Roster read_roster(const Transcript& transcript) {
  const auto& entries = transcript.entries();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if ((entries[i].type == "roster") != (i == 1)) {
      return flawed(i, "the roster must be entry 1, and only there");
    }
  }
  if (entries.size() < 2) {
    return flawed(std::nullopt, "the transcript has no roster");
  }
  const Json& data = entries[1].data;
  if (!data.contains("signers") || !data["signers"].is_array() || data["signers"].empty()) {
    return flawed(1, "the roster names no signers");
  }
  Roster roster;
  for (const Json& signer : data["signers"]) {
    const auto text = string_member(signer, "vkey");
    auto key = text ? parse_vkey(*text) : base::Result<Vkey>(text.error());
    if (!key) {
      return flawed(1, "the roster holds something that is no verifier key");
    }
    if (is_executive_name(key->name) || has_name(roster.keys, key->name)) {
      return flawed(1, "the roster names a signer twice, or an executive");
    }
    roster.keys.push_back(std::move(key).value());
  }
  return roster;
}

std::optional<RosterFlaw> compare_with_paper(const std::vector<Vkey>& roster,
                                             const std::vector<PaperSigner>& paper) {
  for (const Vkey& key : roster) {
    const bool known = std::any_of(
        paper.begin(), paper.end(), [&](const PaperSigner& signer) { return signer.key == key; });
    if (!known) {
      return RosterFlaw{1, "the key of " + key.name + " is not one of the paper roster"};
    }
  }
  for (const PaperSigner& signer : paper) {
    const std::string_view role = role_of(signer.key.name);
    const bool needed =
        signer.need == PaperSigner::Need::kEveryCeremony && !is_executive_name(signer.key.name);
    const bool filled = std::any_of(
        roster.begin(), roster.end(), [&](const Vkey& key) { return role_of(key.name) == role; });
    if (needed && !filled) {
      return RosterFlaw{1,
                        "nobody has the role " + std::string(role) +
                            " here, but the paper roster does not call it optional"};
    }
  }
  return std::nullopt;
}

std::optional<std::string> object_to_seal(std::string_view note,
                                          const Transcript& transcript,
                                          const std::vector<Vkey>& roster) {
  const auto seal = parse_signed_note(note);
  if (!seal) {
    return seal.error().message;
  }
  if (!says_what_transcript_says(seal->text, transcript)) {
    return "the seal is not that of this transcript: origin, number, root, head or statement "
           "differ";
  }
  std::vector<std::string> signed_by;
  for (const NoteSignature& signature : seal->signatures) {
    const auto key = std::find_if(roster.begin(), roster.end(), [&](const Vkey& candidate) {
      return candidate.name == signature.name;
    });
    if (key == roster.end()) {
      return "a signature is by " + signature.name + ", who is not on the roster";
    }
    if (std::find(signed_by.begin(), signed_by.end(), signature.name) != signed_by.end()) {
      return "there are two signatures of " + signature.name;
    }
    const auto verified = verify_signature(*key, {seal->text, &signature});
    if (!verified) {
      return "the signature of " + signature.name + " does not verify";
    }
    signed_by.push_back(signature.name);
  }
  for (const Vkey& key : roster) {
    if (std::find(signed_by.begin(), signed_by.end(), key.name) == signed_by.end()) {
      return "the signature of " + key.name + " is missing";
    }
  }
  return std::nullopt;
}

}  // namespace ceremony
