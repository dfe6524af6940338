#include <iostream>

#include "ceremony/cli/command.h"

namespace ceremony::cli {

std::string objection_to_file_name(const std::string& name) {
  return name.empty() ? "the name of the file is empty; give the file, or leave the option out"
                      : "";
}

ExitCode report(const base::Error& error) {
  std::cerr << "conclave: " << error.message << '\n';
  return ExitCode::kRefused;
}

std::string findings_json(std::string_view format,
                          const std::vector<FileFinding>& findings,
                          bool ok,
                          const Json& more) {
  Json list = Json::array();
  for (const auto& [file, finding, line] : findings) {
    list.push_back({{"rule", finding.rule},
                    {"severity", name_of(finding.severity)},
                    {"field", finding.field},
                    {"source", finding.source},
                    {"file", file},
                    {"message", finding.message}});
    if (line != 0) {
      list.back()["line"] = line;
    }
  }
  Json whole = {{"format", format}, {"ok", ok}, {"findings", list}};
  whole.update(more);
  return whole.dump(2, ' ', true, Json::error_handler_t::replace) + "\n";
}

std::string findings_text(const std::vector<FileFinding>& findings) {
  std::string text;
  for (const auto& [file, finding, line] : findings) {
    const std::string place = line == 0 ? file : file + ":" + std::to_string(line);
    text += file.empty() ? "" : place + ": ";
    text += std::string(name_of(finding.severity)) + ": " + finding.message + " [" + finding.rule +
            "; " + finding.source + "]\n";
  }
  return text;
}

}  // namespace ceremony::cli
