// ceremony/cli/answers.h - the file that answers for people in an unattended REHEARSAL or DRILL.
//
// It holds PINs and passphrases in the clear, so it is never for a PRODUCTION ceremony, and what is
// in it must be good for nothing else. docs/formats/answers.md.

#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ceremony/client/messages.h"

namespace ceremony::cli {

// Name of an ask, and what is answered.
using AnswerTable = std::map<std::string, std::string, std::less<>>;

// What is answered in one step.
struct StepAnswers {
  AnswerTable all;                                        // to whoever is asked
  std::map<std::string, AnswerTable, std::less<>> seats;  // to one of them alone: "Seat A"
  std::vector<std::string> order;  // who comes, where the step takes whoever comes
};

struct Answers {
  std::string ceremony;
  std::filesystem::path folder;  // of the file; names of key files begin here
  std::map<std::string, AnswerTable, std::less<>> people;  // "director", "Seat A"
  std::map<std::string, StepAnswers, std::less<>> steps;   // by id

  // What is answered to `ask` of `step`, when it is the turn of `who` ("" for nobody's).
  [[nodiscard]] const std::string* find(const client::StepView& step,
                                        const client::Ask& ask,
                                        std::string_view who) const;
};

// Errors: kNotFound; kMalformed, with the line, for what is not in the form.
base::Result<Answers> read_answers(const std::filesystem::path& file);

}  // namespace ceremony::cli
