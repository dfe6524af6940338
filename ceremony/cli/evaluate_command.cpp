// `conclave evaluate`: the draft's 18 questions, answered from records that are verified first; and
// with --check an evaluation that somebody published, compared with them.

#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/media.h"
#include "ceremony/cli/command.h"
#include "ceremony/cli/personal_key.h"
#include "ceremony/evaluation.h"
#include "ceremony/evaluation_check.h"
#include "ceremony/evaluation_input.h"
#include "ceremony/evaluation_publications.h"
#include "ceremony/transcript_verifier.h"

namespace ceremony::cli {

namespace {

constexpr std::size_t kLargestSigners = std::size_t{1} << 20U;
constexpr std::size_t kLargestEvaluationFile = std::size_t{16} << 20U;
constexpr std::string_view kEvaluateFormat = "conclave-evaluate-1";
constexpr std::string_view kCheckFormat = "conclave-evaluation-check-1";

struct EvaluateArguments {
  std::vector<std::string> paths;
  std::string declarations;
  std::vector<std::string> earlier;
  std::string publish;
  std::string signers;  // "" where the option was not given
  std::string check;
  NamedKeyFile keeper;
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
  auto earlier = read_earlier_evaluations({arguments.earlier.begin(), arguments.earlier.end()});
  if (!earlier) {
    return std::move(earlier).error();
  }
  input.earlier = std::move(earlier).value();
  if (!arguments.declarations.empty()) {
    auto declarations = read_declarations(arguments.declarations);
    if (!declarations) {
      return std::move(declarations).error();
    }
    input.declarations = std::move(declarations).value();
  }
  return input;
}

// The journals that were given, and the keeper's key that opens those of PRODUCTION.
base::Result<std::vector<OwnersJournal>> open_journals(const EvaluationFolders& folders,
                                                       const EvaluateArguments& arguments) {
  const auto secret = keeper_secret_of(arguments.keeper);
  if (!secret) {
    return secret.error();
  }
  return read_journals(folders.journals,
                       {.journal_key = nullptr, .keeper_secret = *secret ? &**secret : nullptr});
}

// The owners' figures, where one of the journals is that of the newest share set.
base::Result<std::optional<Reserve>> read_reserve(const EvaluationFolders& folders,
                                                  const EvaluateArguments& arguments,
                                                  const EvaluationRecord& record) {
  auto journals = open_journals(folders, arguments);
  return journals ? reserve_in(*journals, record, shamir::ConfidentialAccess::in_the_room())
                  : base::Result<std::optional<Reserve>>(std::move(journals).error());
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
  auto reserve = read_reserve(folders, arguments, *record);
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
  if (inference && inference->verdict != InferenceVerdict::kFine) {
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

// The owners' figures as of the records that the file names, where journals were given.
base::Result<std::optional<Reserve>> reserve_as_of(const std::string& file,
                                                   const EvaluationFolders& folders,
                                                   const EvaluateArguments& arguments,
                                                   const EvaluationInput& input) {
  if (folders.journals.empty()) {
    return std::optional<Reserve>();
  }
  const auto figures = figures_published_in(file);
  auto named = figures ? records_named_in(file, input.records)
                       : base::Result<std::vector<PublicRecord>>(figures.error());
  if (!named) {
    return std::move(named).error();
  }
  EvaluationInput then{.records = std::move(named).value(),
                       .declarations = {},
                       .reserve = {},
                       .earlier = input.earlier};
  then.declarations.identity_public_key = figures->public_key;
  auto record = EvaluationRecord::of(then);
  return record ? read_reserve(folders, arguments, *record)
                : base::Result<std::optional<Reserve>>(std::move(record).error());
}

base::Result<EvaluationCheck> check_file(const EvaluationFolders& folders,
                                         const EvaluateArguments& arguments) {
  std::error_code failed;
  const auto real = std::filesystem::canonical(arguments.check, failed);
  const auto content = base::read_file(failed ? std::filesystem::path(arguments.check) : real,
                                       kLargestEvaluationFile);
  if (!content) {
    return content.error();
  }
  const std::string file(base::text_of(*content));
  auto input = read_input(folders, arguments);
  if (!input) {
    return std::move(input).error();
  }
  auto reserve = reserve_as_of(file, folders, arguments, *input);
  if (!reserve) {
    return std::move(reserve).error();
  }
  return check_evaluation(file, {.given = std::move(input->records), .reserve = *reserve});
}

std::string check_json(const EvaluationCheck& check) {
  Json fields = Json::array();
  for (const CheckedField& field : check.fields) {
    fields.push_back({{"name", field.name},
                      {"anchor", field.anchor.empty() ? Json() : Json(field.anchor)},
                      {"state", name_of(field.state)},
                      {"message", field.message}});
  }
  const Json whole = {{"format", kCheckFormat}, {"ok", check.holds()}, {"fields", fields}};
  return whole.dump(2, ' ', true, Json::error_handler_t::replace) + "\n";
}

ExitCode show_check(const EvaluationFolders& folders, const EvaluateArguments& arguments) {
  const auto check = check_file(folders, arguments);
  if (!check) {
    return tell(refused(check.error()), arguments);
  }
  std::cout << (arguments.json ? check_json(*check) : check_text(*check));
  return check->holds() ? ExitCode::kDone : ExitCode::kVerificationFailed;
}

ExitCode evaluate(const EvaluateArguments& arguments) {
  auto folders = find_evaluation_folders({arguments.paths.begin(), arguments.paths.end()});
  if (folders && folders->journals.empty() && !arguments.keeper.file.empty()) {
    folders = base::Error{base::ErrorCode::kInsufficient,
                          "no journal was given that the key of --keeper could open; name "
                          "record/confidential, too"};
  }
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
  if (!arguments.check.empty()) {
    return show_check(*folders, arguments);
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

// What people state and choose, and what was published before.
void add_choices(CLI::App& command, EvaluateArguments& arguments) {
  command
      .add_option("--declarations",
                  arguments.declarations,
                  "What people state (template: declarations.toml)")
      ->check(objection_to_file_name);
  command
      .add_option("--earlier",
                  arguments.earlier,
                  "An evaluation.json that was published before, or a folder of such; those that "
                  "the records vouch for are found by themselves")
      ->allow_extra_args(false)  // one each time: the records follow
      ->check(objection_to_file_name);
  command
      .add_option("--publish",
                  arguments.publish,
                  "The owners' choice: both, spare, continents or at-least-one")
      ->check(CLI::IsMember({"both", "spare", "continents", "at-least-one"}));
}

}  // namespace

void add_evaluate_command(CLI::App& app, Outcome& outcome) {
  CLI::App* const command = app.add_subcommand(
      "evaluate",
      "Answers the 18 evaluation questions of the draft from verified records, as JSON; or, with\n"
      "--check, compares an evaluation.json that was published with the records.\n"
      "\n"
      "  conclave evaluate record/public                    what the public records show\n"
      "  conclave evaluate --show-inference record/public record/confidential\n"
      "                                                     CONFIDENTIAL: what each choice would\n"
      "                                                     tell a reader about the quorum\n"
      "  conclave evaluate --publish spare record/public record/confidential > evaluation.json\n"
      "  conclave evaluate --check evaluation.json record/public\n"
      "  conclave evaluate --keeper keeper.pem --publish spare record/public record/confidential\n"
      "                                                     journals of PRODUCTION, opened with a\n"
      "                                                     record keeper's key\n"
      "\n"
      "--check says of every answer: recomputed (worked out anew from the records, and the same),\n"
      "consistent (withheld or declared, and nothing contradicts it) or contradicted.\n"
      "\n"
      "Exit codes: 0 done, and with --check nothing is contradicted; 1 refused; 2 usage; 3 a "
      "record\n"
      "does not hold, or something is contradicted.");
  const auto arguments = std::make_shared<EvaluateArguments>();
  command
      ->add_option(
          "record",
          arguments->paths,
          "record/public or single ceremonies; with record/confidential also the continents")
      ->required();
  add_choices(*command, *arguments);
  command->add_option("--signers", arguments->signers, "The keys from the paper roster, one a line")
      ->check(objection_to_file_name);
  add_keeper_options(
      *command,
      "A record keeper's key file, which opens the journals of PRODUCTION ceremonies",
      arguments->keeper);
  command->add_flag("--json", arguments->json, "A refusal or a check, too, as JSON");
  auto* const inference = command->add_flag(
      "--show-inference",
      arguments->shows_inference,
      "CONFIDENTIAL: shows the owners what a reader could infer, and nothing else");
  command
      ->add_option(
          "--check",
          arguments->check,
          "The evaluation.json to compare with the records; with the journals also the two figures")
      ->check(objection_to_file_name)
      ->excludes("--publish")
      ->excludes("--declarations")
      ->excludes(inference);
  command->callback([arguments, &outcome] { outcome.code = evaluate(*arguments); });
}

}  // namespace ceremony::cli
