#include <algorithm>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "base/media.h"
#include "ceremony/cli/rehearsal.h"
#include "ceremony/head.h"
#include "ceremony/record_folder.h"
#include "ceremony/report.h"
#include "ceremony/transcript.h"

namespace ceremony::cli {

namespace {

using base::Result;
namespace fs = std::filesystem;

constexpr std::size_t kLargestVerifier = 1U << 20U;    // bytes
constexpr std::size_t kLargestEvaluation = 1U << 20U;  // bytes

Result<std::vector<ReportedCeremony>> read_ceremonies(const fs::path& published) {
  std::vector<std::string> names;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(published, failed)) {
    if (entry.is_directory(failed)) {
      names.push_back(entry.path().filename().string());
    }
  }
  std::sort(names.begin(), names.end());
  std::vector<ReportedCeremony> ceremonies;
  for (const std::string& name : names) {
    auto transcript = Transcript::read(published / name / "transcript.log");
    if (!transcript) {
      return std::move(transcript).error();
    }
    ceremonies.push_back({.folder = name, .transcript = std::move(transcript).value()});
  }
  return ceremonies;
}

// The newest evaluation.json of the ceremonies; nothing where there was no evaluation.
Result<std::optional<base::Bytes>> read_newest_evaluation(
    const fs::path& published, const std::vector<ReportedCeremony>& ceremonies) {
  const auto has_one = [&published](const ReportedCeremony& ceremony) {
    std::error_code failed;
    return fs::exists(published / ceremony.folder / kEvaluationFile, failed);
  };
  const auto newest = std::find_if(ceremonies.rbegin(), ceremonies.rend(), has_one);
  if (newest == ceremonies.rend()) {
    return std::optional<base::Bytes>();
  }
  auto bytes = base::read_file(published / newest->folder / kEvaluationFile, kLargestEvaluation);
  if (!bytes) {
    return std::move(bytes).error();
  }
  return std::optional(std::move(bytes).value());
}

}  // namespace

// What lies beside the records for those who verify them.
Result<void> Rehearsal::publish() {
  const fs::path published = options_.out / "record" / "public";
  auto ceremonies = read_ceremonies(published);
  if (!ceremonies) {
    return std::move(ceremonies).error();
  }
  auto head = head_text(head_);
  if (!head) {
    return std::move(head).error();
  }
  const std::string report = report_html(*ceremonies);
  auto verifier = base::read_file(options_.data / "verify.py", kLargestVerifier);
  if (!verifier) {
    return std::move(verifier).error();
  }
  auto evaluation = read_newest_evaluation(published, *ceremonies);
  if (!evaluation) {
    return std::move(evaluation).error();
  }
  std::vector<std::pair<const char*, base::ByteView>> files{{"head.txt", base::bytes_of(*head)},
                                                            {"report.html", base::bytes_of(report)},
                                                            {"verify.py", *verifier}};
  if (*evaluation) {
    files.emplace_back("evaluation.json", **evaluation);
  }
  for (const auto& [name, bytes] : files) {
    if (auto saved = base::save_new(published / name, bytes); !saved) {
      return std::move(saved).error();
    }
  }
  return {};
}

}  // namespace ceremony::cli
