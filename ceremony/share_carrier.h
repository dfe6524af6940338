// ceremony/share_carrier.h - a locked share written to and read from what carries it: a stick, a
// printed card, or the holder's own token (smartcard). One set may have all of them.
//
// An envelope is no secret by itself: what opens it is the holder's passphrase. The PIN of a token
// keeps strangers from reading even that.

#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "ceremony/action.h"
#include "ceremony/plan.h"

namespace ceremony {

// How the answer "share" begins where no stick's folder is meant: a printed card that was typed or
// scanned, or a token. Behind kInToken stands the folder whose files stand for the token, in
// rehearsals and drills; nothing where the plan names the tokens' library.
inline constexpr const char* kTypedCard = "card:";
inline constexpr const char* kInToken = "token:";

// Names of what is asked for.
inline constexpr const char* kTokenPin = "token-pin";
inline constexpr const char* kCardLines = "card-lines";
inline constexpr const char* kHandedIn = "share";

// Whether an answer is a card's lines, with kTypedCard or without: whoever reads a card aloud may
// forget the word before it.
bool is_typed_card(std::string_view answer);

// Whether a text that was typed for the ask of that name is the lines of a card: a locked share,
// which goes into no record.
bool is_share_itself(std::string_view name, std::string_view text);

// The folder beside a stick's files whose files stand for the holder's token.
inline constexpr const char* kTokenFolder = "token";

// What a holder is asked for beside the passphrase, so that the own share can be written or read.
std::vector<client::Ask> asks_to_write(const PlannedHolder& holder);
std::vector<client::Ask> asks_to_read(const PlannedHolder& holder);

// What anybody is asked for who hands in a share that the room does not know yet.
std::vector<client::Ask> asks_to_hand_in();

// Writes the share of that holder of the annex to what carries it, and reads it back; where it was
// written stands in the journal ("share-written"). Errors: as save_own(), DataToken::write_new():
// nothing but what this ceremony has written before ever gives way.
base::Result<void> write_to_carrier(Workplace& work,
                                    const client::Input& input,
                                    std::size_t number,
                                    base::ByteView envelope);

// Reads every copy of it anew: on a stick the file and both cards; of a printed card the lines as
// they were typed, and its files where they lie there still; in a token its object.
// Errors: kInsufficient where PIN or lines were not handed in; as read_back_copies(),
// read_share_lines(), DataToken::read().
base::Result<base::Bytes> read_every_copy(const Workplace& work,
                                          const client::Input& input,
                                          std::size_t number);

// Reads it once. Errors: as read_every_copy().
base::Result<base::Bytes> read_from_carrier(const Workplace& work,
                                            const client::Input& input,
                                            std::size_t number);

// The locked share that the answer "share" names: "card:" with the lines of a printed card (or all
// their characters in one, as the QR code has them), "token:", or the folder of a stick; in DRILL
// the drill's own. Errors: kInsufficient where nothing was handed in; else as above.
base::Result<base::Bytes> read_handed_in(const Workplace& work, const client::Input& input);

}  // namespace ceremony
