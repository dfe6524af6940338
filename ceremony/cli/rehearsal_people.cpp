#include "ceremony/cli/rehearsal_people.h"

#include <array>
#include <string_view>
#include <utility>

#include "base/media.h"
#include "base/text_encoding.h"
#include "ca/key_file.h"
#include "ceremony/journal_box.h"

namespace ceremony::cli {

namespace {

using base::Result;

constexpr std::array<std::string_view, shamir::kMostShares> kNames{"amara-okafor",
                                                                   "bjorn-lindqvist",
                                                                   "chiara-moretti",
                                                                   "dmitri-volkov",
                                                                   "elena-castillo",
                                                                   "farid-haddad",
                                                                   "grace-mwangi",
                                                                   "hiroshi-tanaka",
                                                                   "ingrid-solberg",
                                                                   "joao-pereira",
                                                                   "kavita-rao",
                                                                   "liam-oconnor",
                                                                   "mei-chen",
                                                                   "noah-adler",
                                                                   "olga-petrova",
                                                                   "pablo-herrera"};

constexpr std::array<std::string_view, 5> kOtherContinents{
    "North America", "Asia", "Africa", "South America", "Oceania"};

constexpr std::array<std::string_view, 4> kOfficerRoles{
    "director", "operator", "internal-witness", "auditor"};

constexpr std::string_view kKeyNames = "conclave.example/rehearsal/";
constexpr std::size_t kSeedSize = 32;  // bytes, Ed25519 and X25519

// Six digits. The last differs from the first, so that it is never one digit all along.
base::SecretBytes drawn_pin() {
  constexpr std::size_t kDigits = 6;
  base::SecretBytes pin = base::SecretBytes::random(kDigits);
  const auto writer = pin.write();
  for (std::uint8_t& digit : writer.bytes()) {
    digit = static_cast<std::uint8_t>('0' + digit % 10);
  }
  const int first = writer.bytes().front() - '0';
  writer.bytes().back() = static_cast<std::uint8_t>('0' + (first + 1) % 10);
  return pin;
}

RehearsedOfficer invent_officer(std::string_view role) {
  const NoteSigner signer{.name = std::string(kKeyNames) + std::string(role),
                          .seed = base::SecretBytes::random(kSeedSize)};
  const auto vkey = vkey_of(signer);
  shamir::Passphrase passphrase = shamir::Passphrase::drawn();
  const auto file = ca::write_key_file({.kind = ca::FileKey::kEd25519,
                                        .raw = signer.seed,
                                        .passphrase = passphrase.text(),
                                        .cost = ca::KeyFileCost::kMinimal});
  return {.role = std::string(role),
          .vkey = vkey ? vkey->text() : std::string(),
          .key_file = base::SecretBytes::copy_of(file ? *file : base::Bytes()),
          .passphrase = std::move(passphrase),
          .pin = drawn_pin()};
}

RehearsedKeeper invent_keeper() {
  base::SecretBytes secret = base::SecretBytes::random(kSeedSize);
  shamir::Passphrase passphrase = shamir::Passphrase::drawn();
  const auto file = ca::write_key_file({.kind = ca::FileKey::kX25519,
                                        .raw = secret,
                                        .passphrase = passphrase.text(),
                                        .cost = ca::KeyFileCost::kMinimal});
  RehearsedKeeper keeper{.public_key = {},
                         .secret = std::move(secret),
                         .key_file = base::SecretBytes::copy_of(file ? *file : base::Bytes()),
                         .passphrase = std::move(passphrase)};
  const auto key = keeper_public_key(keeper.secret);
  keeper.public_key = key ? base::to_hex(*key) : std::string();
  return keeper;
}

// The passphrase with its mark, as the file on the stick has it: the first line is the passphrase.
base::SecretBytes marked_passphrase(const shamir::Passphrase& passphrase) {
  constexpr std::string_view kMark =
      "\nThis file exists in a rehearsal only. A real passphrase is never written beside its "
      "share.\n";
  const auto words = passphrase.text().read();
  base::SecretBytes text(words.bytes().size() + kMark.size());
  const auto writer = text.write();
  auto end = std::copy(words.bytes().begin(), words.bytes().end(), writer.bytes().begin());
  std::copy(kMark.begin(), kMark.end(), end);
  return text;
}

}  // namespace

RehearsedPeople invent_people(const shamir::Quorum& quorum, shamir::ConfidentialAccess access) {
  RehearsedPeople people{.holders = {}, .officers = {}, .sites = {}, .keeper = invent_keeper()};
  const unsigned at_home = quorum.threshold(access);
  for (unsigned i = 0; i < quorum.shares(access); ++i) {
    const bool is_abroad = i >= at_home && i - at_home < kOtherContinents.size();
    const std::string_view continent =
        is_abroad ? kOtherContinents[i - at_home] : std::string_view("Europe");
    people.holders.push_back({.planned = {.folder = std::string(kNames[i]),
                                          .seat = std::string(1, static_cast<char>('A' + i)),
                                          .continent = std::string(continent),
                                          .possession_key = {}},
                              .passphrase = shamir::Passphrase::drawn()});
  }
  for (const std::string_view role : kOfficerRoles) {
    people.officers.push_back(invent_officer(role));
  }
  people.sites = {{.name = "site-1", .continent = "Europe"},
                  {.name = "site-2", .continent = "North America"}};
  return people;
}

Result<void> make_sticks(const RehearsedPeople& people, const std::filesystem::path& folder) {
  for (const RehearsedHolder& holder : people.holders) {
    const std::filesystem::path stick = folder / holder.planned.folder;
    if (auto made = base::make_new_folder(stick); !made) {
      return made;
    }
    auto saved =
        base::save_new(stick / "REHEARSAL-passphrase.txt", marked_passphrase(holder.passphrase));
    if (!saved) {
      return std::move(saved).error();
    }
  }
  return {};
}

std::string rehearsed_bag(const std::string& seat) {
  return "REHEARSAL-BAG-" + seat;
}

std::string signers_text(const RehearsedPeople& people) {
  std::string text =
      "# The keys whose holders must have signed every record of this rehearsal.\n"
      "# It stands for the paper roster: compare it with paper before you trust it.\n";
  for (const RehearsedOfficer& officer : people.officers) {
    text += officer.vkey + "\n";
  }
  return text;
}

}  // namespace ceremony::cli
