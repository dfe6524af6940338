#include "ceremony/journal_copy.h"

#include <utility>

#include "ceremony/journal_box.h"
#include "ceremony/journal_reader.h"
#include "ceremony/mode.h"

namespace ceremony {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

// Where the first `lines` lines end; npos where there are fewer.
std::size_t end_of_lines(std::string_view text, std::size_t lines) {
  std::size_t end = 0;
  for (std::size_t i = 0; i < lines; ++i) {
    const std::size_t found = text.find('\n', end);
    if (found == std::string_view::npos) {
      return found;
    }
    end = found + 1;
  }
  return end;
}

// Bound to the journal's own first line, which names the keepers.
std::string boxed_lines(std::string_view first,
                        std::string_view rest,
                        const base::SecretBytes& key) {
  std::string filled(rest);
  const std::size_t steps = rest.size() / kJournalCopyStep + 1;
  filled.resize(steps * kJournalCopyStep, '\n');
  return std::string(first) + encrypt_line(key, {.line_start = first, .text = filled}) + "\n";
}

}  // namespace

Result<std::string> make_journal_copy(std::string_view stored,
                                      std::size_t lines,
                                      const base::SecretBytes* key) {
  const std::size_t first_end = end_of_lines(stored, 1);
  const std::size_t end = end_of_lines(stored, lines);
  if (lines == 0 || end == std::string_view::npos) {
    return Error{ErrorCode::kInconsistent,
                 "the journal on its medium has fewer lines than were written to it; stop, and "
                 "raise an exception"};
  }
  if (key == nullptr) {
    return std::string(stored.substr(0, end));
  }
  return boxed_lines(stored.substr(0, first_end), stored.substr(first_end, end - first_end), *key);
}

Result<std::string> lines_of_journal_copy(std::string_view copy, const KeySource& source) {
  auto header = read_journal_header(copy);
  if (!header) {
    return std::move(header).error();
  }
  if (header->data.value("mode", "") != name_of(Mode::kProduction)) {
    return std::string(copy);
  }
  auto key = find_journal_key(header->data, source);
  if (!key) {
    return std::move(key).error();
  }
  const std::size_t first_end = end_of_lines(copy, 1);
  const std::size_t end = end_of_lines(copy, 2);
  if (end != copy.size()) {
    return Error{ErrorCode::kMalformed,
                 "this copy of a journal is cut, or holds more than a copy does; take the one of "
                 "another site"};
  }
  const std::string_view first = copy.substr(0, first_end);
  auto rest = decrypt_line(
      *key, {.line_start = first, .text = copy.substr(first_end, end - first_end - 1)});
  if (!rest) {
    return std::move(rest).error().while_doing("the copy of a journal");
  }
  rest->resize(rest->find_last_not_of('\n') + 1);
  return std::string(first) + *rest + (rest->empty() ? "" : "\n");
}

}  // namespace ceremony
