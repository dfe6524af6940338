// ceremony/client/messages.h - what passes between a ceremony's engine and whoever shows it to
// people: plain values, the same for the command line and the desktop.

#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/secret_bytes.h"

namespace ceremony::client {

// Where everything of a ceremony lies. Folders stand for sticks. An empty path: not in this room.
struct OpenRequest {
  std::filesystem::path plan;   // the reviewed plan (TOML)
  std::filesystem::path annex;  // its confidential annex (TOML); only where the plan has one
  std::filesystem::path data;   // share/conclave: scripts, profiles, verify.py
  std::vector<std::filesystem::path> sites;  // vault folders that are reachable; the first is home
  std::filesystem::path holders;             // one folder for each holder's stick
  std::filesystem::path transfer_in;         // requests and other input
  std::filesystem::path transfer_out;        // certificates, chains and CRLs for the world
  std::filesystem::path confidential;        // record/confidential: journals
  std::filesystem::path published;           // record/public: transcripts and seals
};

// What opens the record of a PRODUCTION ceremony that goes on: one of the two, or neither.
struct RecordKeys {
  std::optional<base::SecretBytes> journal_key;    // 32 bytes, from the resume ticket
  std::optional<base::SecretBytes> keeper_secret;  // 32 bytes, X25519, a record keeper's
};

enum class AskKind {
  kText,        // a line of text
  kPhrase,      // a phrase that must be typed exactly as shown in `expected`
  kPath,        // a folder or file of the room
  kSecret,      // goes as a secret frame, never as text
  kDone,        // optional: "no more of these"; text "yes" ends the inner loop of a step
  kSecretFile,  // a file of the room; its bytes go as a secret frame
};

// One thing that a step wants before it can go on.
struct Ask {
  std::string name;  // key in Input
  AskKind kind = AskKind::kText;
  std::string prompt;        // for the person; plain text
  std::string expected;      // kPhrase only
  bool is_optional = false;  // the step can go on without it
  bool is_new = false;       // kSecret: it is set here, so whoever types it unseen types it twice
};

// The step that waits to be done.
struct StepView {
  std::string ceremony;  // script name
  std::string mode;      // "PRODUCTION", "REHEARSAL", "DRILL"
  std::string id;
  std::string kind;
  std::string title;
  std::string say;      // read aloud by the director
  std::string actor;    // role that acts
  std::string witness;  // role that acknowledges; never the same person
  bool is_private =
      false;            // only its holder may see the screen: `subject` and the asks are private
  std::string subject;  // private: whose turn it is within the step; may be empty
  std::vector<std::string> shown;         // what people compare or agree to, one fact an item
  std::vector<Ask> asks;                  // empty: it only needs the two roles
  std::uint32_t index = 0;                // of this step, from 0
  std::uint32_t count = 0;                // of all steps; the same whatever k and n
  std::vector<std::string> records = {};  // what the record will say of it, one sentence an item
};

// What a step is given. Secrets are moved in and wiped by the engine after use.
struct Input {
  std::string step;             // must be the id of the current step
  std::string acted_by;         // seat
  std::string acknowledged_by;  // seat; must differ
  std::map<std::string, std::string> texts;
  std::map<std::string, base::SecretBytes> secrets;
};

enum class Progress {
  kAskAgain,      // the same step wants its next input (inner loop)
  kStepDone,      // the next step waits
  kFreshEngine,   // the next step must begin in a new process: close this engine, open a new one
  kCeremonyDone,  // the record is sealed; close
  kPaused,        // secrets are wiped; open the ceremony again to go on
};

// What perform() gives.
struct StepOutcome {
  Progress progress = Progress::kStepDone;
  std::string public_note;                 // what may be shown on the wall; "" if nothing
  std::string private_note;                // only for the person whose turn it was; "" if nothing
  std::vector<std::string> recorded = {};  // what the record says now; nothing before kStepDone
};

// What a person saw that the script did not foresee, for the exception sheet.
struct ExceptionSheet {
  std::string expected;
  std::string seen;
  std::string decided;
  std::string raised_by;  // seat
};

// How far long work within a step has come.
struct ProgressNote {
  std::string text;   // what is being done, plain text
  int permille = -1;  // 0 to 1000; -1: nobody knows
};

}  // namespace ceremony::client
