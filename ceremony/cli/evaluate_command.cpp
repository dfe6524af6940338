// `conclave evaluate`: the draft's 18 questions, answered from records that are verified first.

#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/media.h"
#include "ceremony/cli/command.h"
#include "ceremony/evaluation.h"
#include "ceremony/evaluation_input.h"
#include "ceremony/transcript_verifier.h"

namespace ceremony::cli {

namespace {

constexpr std::size_t kLargestJournal = std::size_t{64} << 20U;
constexpr std::size_t kLargestSigners = std::size_t{1} << 20U;
constexpr std::string_view kEvaluateFormat = "conclave-evaluate-1";

struct EvaluateArguments {
  std::vector<std::string> paths;
  std::string declarations;
  std::string publish;
  std::string signers;  // "" where the option was not given
  bool json = false;
  bool shows_inference = false;
};

// A refusal and its exit code. `rule` is for programs.
struct Refusal {
  ExitCode code = ExitCode::kRefused;
  std::string rule;
  base::Error error;
};

Refusal refused(base::Error error) {
  return {.code = ExitCode::kRefused, .rule = "evaluation-refused", .error = std::move(error)};
}

ExitCode tell(const Refusal& refusal, const EvaluateArguments& arguments) {
  report(refusal.error);
  if (arguments.json) {
    std::cout << findings_json(kEvaluateFormat,
                               {{.file = "",
                                 .finding = {.rule = refusal.rule,
                                             .severity = base::Severity::kError,
                                             .field = "",
                                             .source = "Conclave DESIGN 7",
                                             .message = refusal.error.message}}},
                               false);
  }
  return refusal.code;
}

using Paper = std::optional<std::vector<PaperSigner>>;

base::Result<Paper> read_paper(const std::string& path) {
  if (path.empty()) {
    return Paper();
  }
  std::error_code failed;
  const auto real = std::filesystem::canonical(path, failed);  // a link to the file is the file
  const auto content =
      base::read_file(failed ? std::filesystem::path(path) : real, kLargestSigners);
  if (!content) {
    return content.error();
  }
  auto signers = parse_signers(base::text_of(*content));
  if (!signers) {
    return std::move(signers).error();
  }
  return Paper(std::move(signers).value());
}

// Nothing is read from a record that does not hold.
std::optional<Refusal> verify(const EvaluationFolders& folders, const Paper& paper) {
  bool is_signed = true;
  for (const std::filesystem::path& record : folders.records) {
    auto verdict = verify_record(record, paper);
    if (!verdict) {
      return refused(std::move(verdict).error());
    }
    if (verdict->state == RecordState::kBroken) {
      return Refusal{.code = ExitCode::kVerificationFailed,
                     .rule = "record-broken",
                     .error = {base::ErrorCode::kInconsistent,
                               "the record does not hold, so nothing was evaluated:\n" +
                                   verdict_text(*verdict)}};
    }
    is_signed = is_signed && verdict->state == RecordState::kVerified;
  }
  if (!is_signed) {
    std::cerr << "conclave: note: the records are consistent; whose keys must have signed them was "
                 "not given (--signers), so the signers are not verified\n";
  }
  return std::nullopt;
}

base::Result<EvaluationInput> read_input(const EvaluationFolders& folders,
                                         const EvaluateArguments& arguments) {
  EvaluationInput input;
  for (const std::filesystem::path& folder : folders.ceremonies) {
    auto record = read_public_record(folder);
    if (!record) {
      return std::move(record).error();
    }
    input.records.push_back(std::move(record).value());
  }
  if (!arguments.declarations.empty()) {
    auto declarations = read_declarations(arguments.declarations);
    if (!declarations) {
      return std::move(declarations).error();
    }
    input.declarations = std::move(declarations).value();
  }
  return input;
}

// The owners' figures, where one of the journals is that of the newest share set.
base::Result<std::optional<Reserve>> read_reserve(const EvaluationFolders& folders,
                                                  const std::string& share_set_entry) {
  for (const std::filesystem::path& folder : folders.journals) {
    const auto content = base::read_file(folder / "journal.log", kLargestJournal);
    if (!content) {
      return content.error();
    }
    auto facts = owners_facts_in(base::text_of(*content), share_set_entry);
    if (!facts) {
      return std::move(facts).error();
    }
    if (!facts->has_value()) {
      continue;
    }
    auto reserve = reserve_of(**facts, shamir::ConfidentialAccess::in_the_room());
    if (!reserve) {
      return std::move(reserve).error();
    }
    return std::optional<Reserve>(*reserve);
  }
  return std::optional<Reserve>();
}

base::Result<EvaluationRecord> evaluate_records(const EvaluationFolders& folders,
                                                const EvaluateArguments& arguments) {
  auto input = read_input(folders, arguments);
  if (!input) {
    return std::move(input).error();
  }
  auto record = EvaluationRecord::of(*input);
  if (!record || folders.journals.empty()) {
    return record;
  }
  auto reserve = read_reserve(folders, record->share_set_entry());
  if (!reserve) {
    return std::move(reserve).error();
  }
  if (!reserve->has_value()) {
    std::cerr << "conclave: note: no journal given is that of the newest share set, so the "
                 "continents stay unanswered\n";
    return record;
  }
  input->reserve = *reserve;
  return EvaluationRecord::of(*input);
}

base::Result<std::optional<PublicationChoice>> choice_of(const EvaluateArguments& arguments) {
  if (arguments.publish.empty()) {
    return std::optional<PublicationChoice>();
  }
  auto choice = publication_choice_named(arguments.publish);
  if (!choice) {
    return std::move(choice).error();
  }
  return std::optional<PublicationChoice>(*choice);
}

// What the owners should know of their choice, in words without a number.
void warn(const EvaluationRecord& record, PublicationChoice choice) {
  if (choice == PublicationChoice::kContinentsOnly ||
      choice == PublicationChoice::kAtLeastOneSpare) {
    std::cerr << "conclave: note: the number of spare shares stands in the public records, so "
                 "whoever reads them knows it\n";
  }
  const auto inference = inference_of(record, choice);
  if (inference && inference->now.verdict == InferenceVerdict::kSmallSet) {
    std::cerr << "conclave: warning: what is published leaves a reader few possible numbers of "
                 "holders who are needed; let the owners read the inference sheet "
                 "(--show-inference)\n";
  }
}

// What is printed: the evaluation, or the owners' sheet where that was asked for.
base::Result<std::string> output_of(const EvaluationRecord& record,
                                    const EvaluateArguments& arguments) {
  if (arguments.shows_inference) {
    return owners_sheet_of(record);
  }
  const auto choice = choice_of(arguments);
  if (!choice) {
    return choice.error();
  }
  auto bytes = publish(record, *choice);
  if (bytes) {
    warn(record, choice->value_or(PublicationChoice::kSpareOnly));
  }
  return bytes;
}

ExitCode evaluate(const EvaluateArguments& arguments) {
  auto folders = find_evaluation_folders({arguments.paths.begin(), arguments.paths.end()});
  if (!folders) {
    return tell(refused(std::move(folders).error()), arguments);
  }
  auto paper = read_paper(arguments.signers);
  if (!paper) {
    return tell(refused(std::move(paper).error()), arguments);
  }
  if (const auto broken = verify(*folders, *paper); broken) {
    return tell(*broken, arguments);
  }
  auto record = evaluate_records(*folders, arguments);
  if (!record) {
    return tell(refused(std::move(record).error()), arguments);
  }
  auto output = output_of(*record, arguments);
  if (!output) {
    return tell(refused(std::move(output).error()), arguments);
  }
  std::cout << *output;
  return ExitCode::kDone;
}

}  // namespace

void add_evaluate_command(CLI::App& app, Outcome& outcome) {
  CLI::App* const command = app.add_subcommand(
      "evaluate",
      "Answers the 18 evaluation questions of the draft from verified records, as JSON.\n"
      "Exit codes: 0 done, 1 refused, 2 usage, 3 the record does not hold.");
  const auto arguments = std::make_shared<EvaluateArguments>();
  command
      ->add_option(
          "record",
          arguments->paths,
          "record/public or single ceremonies; with record/confidential also the continents")
      ->required();
  command
      ->add_option("--declarations",
                   arguments->declarations,
                   "What people state (template: declarations.toml)")
      ->check(objection_to_file_name);
  command
      ->add_option("--publish",
                   arguments->publish,
                   "The owners' choice: both, spare, continents or at-least-one")
      ->check(CLI::IsMember({"both", "spare", "continents", "at-least-one"}));
  command->add_option("--signers", arguments->signers, "The keys from the paper roster, one a line")
      ->check(objection_to_file_name);
  command->add_flag("--json", arguments->json, "A refusal, too, as JSON on standard output");
  command->add_flag("--show-inference",
                    arguments->shows_inference,
                    "CONFIDENTIAL: shows the owners what a reader could infer, and nothing else");
  command->callback([arguments, &outcome] { outcome.code = evaluate(*arguments); });
}

}  // namespace ceremony::cli
