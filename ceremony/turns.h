// ceremony/turns.h - what the acts share in which holders come one after the other.

#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ceremony/action.h"
#include "shamir/passphrase.h"
#include "shamir/set_header.h"

namespace ceremony {

// Asks the holder whose turn it is for a passphrase. Errors: kInconsistent without holders.
base::Result<Asking> ask_holder(const Workplace& work, const std::string& prompt);

// Errors: kInsufficient where none was handed in; as Passphrase::from_typed().
base::Result<shamir::Passphrase> passphrase_of(client::Input& input);

// The stick of a holder of the annex; the drill's own folder on it in DRILL.
std::filesystem::path holder_folder(const Workplace& work, std::size_t number);

// The folder on a stick or site where a drill keeps what is its own: "drill-0006".
std::string drill_folder(const Plan& plan);

// Where blob and header of this ceremony's key lie at a site.
std::filesystem::path key_folder(const Workplace& work, const std::filesystem::path& site);

// The purpose of those steps of a key destruction that may be passed over, with the key closed.
inline constexpr std::string_view kLastStatement = "end-of-key";

// The share set of that name, from the ceremony's facts. Errors: kInconsistent, kMalformed.
base::Result<shamir::SetHeader> set_of(const Workplace& work, WhichSet set);

// The one that the step names; the new one, which is the only one elsewhere, where it names none.
base::Result<shamir::SetHeader> set_of(const Workplace& work);

bool is_last_holder(const Workplace& work);

// The turn is over: asks again, or, after the last holder, completes the step with these.
Turn next_holder(const Workplace& work, Json facts, std::vector<Publication> publications);

}  // namespace ceremony
