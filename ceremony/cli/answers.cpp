#include "ceremony/cli/answers.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/bytes.h"
#include "base/media.h"
#include "ceremony/pins.h"
#include "ceremony/toml_table.h"

namespace ceremony::cli {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kLargestAnswers = 1U << 20U;  // bytes

Error not_a(const std::string& where, const std::string& what) {
  return Error{ErrorCode::kMalformed,
               "the answers: " + where + " is no " + what + "; correct it, and start again"};
}

// Reads the texts of a table; `skipped` are keys with another meaning there.
Result<AnswerTable> texts_of(const toml::table& table,
                             const std::string& where,
                             const std::vector<std::string_view>& skipped = {}) {
  AnswerTable texts;
  for (const auto& [key, value] : table) {
    const std::string name(key.str());
    if (std::ranges::find(skipped, name) != skipped.end()) {
      continue;
    }
    const auto text = value.value_exact<std::string>();
    if (!text) {
      std::string what = "\"" + name;
      what += "\" of " + where;
      return not_a(what, "text in quotation marks");
    }
    texts.emplace(name, *text);
  }
  return texts;
}

// Reads the tables below [NAME.*], each with `read`.
template <typename Value, typename Read>
Result<std::map<std::string, Value, std::less<>>> tables_of(const toml::table& above,
                                                            std::string_view name,
                                                            Read read) {
  std::map<std::string, Value, std::less<>> found;
  const toml::table* const tables = above[name].as_table();
  if (tables == nullptr) {
    return above.contains(name) ? Result<std::map<std::string, Value, std::less<>>>(
                                      not_a("[" + std::string(name) + "]", "table"))
                                : found;
  }
  for (const auto& [key, value] : *tables) {
    const std::string where = "[" + std::string(name) + "." + std::string(key.str()) + "]";
    const toml::table* const table = value.as_table();
    if (table == nullptr) {
      return not_a(where, "table");
    }
    auto read_one = read(*table, where);
    if (!read_one) {
      return std::move(read_one).error();
    }
    found.emplace(std::string(key.str()), std::move(read_one).value());
  }
  return found;
}

Result<AnswerTable> person_of(const toml::table& table, const std::string& where) {
  return texts_of(table, where);
}

Result<StepAnswers> step_answers_of(const toml::table& table, const std::string& where) {
  StepAnswers answers;
  auto all = texts_of(table, where, {"seat", "order"});
  if (!all) {
    return std::move(all).error();
  }
  answers.all = std::move(all).value();
  auto seats = tables_of<AnswerTable>(table, "seat", person_of);
  if (!seats) {
    return std::move(seats).error();
  }
  answers.seats = std::move(seats).value();
  if (!table.contains("order")) {
    return answers;
  }
  const toml::array* const order = table["order"].as_array();
  if (order == nullptr || !order->is_homogeneous<std::string>()) {
    return not_a("\"order\" of " + where, "list of texts");
  }
  for (const auto& who : *order) {
    answers.order.push_back(who.value_or(std::string()));
  }
  return answers;
}

Result<Answers> answers_of(const toml::table& table) {
  for (const auto& [key, value] : table) {
    constexpr std::array<std::string_view, 3> kKnown{"ceremony", "person", "step"};
    if (std::ranges::find(kKnown, key.str()) == kKnown.end()) {
      return not_a("\"" + std::string(key.str()) + "\"", "key that is known");
    }
  }
  const auto ceremony = table["ceremony"].value_exact<std::string>();
  if (!ceremony) {
    return not_a("\"ceremony\"", "name of a ceremony");
  }
  auto people = tables_of<AnswerTable>(table, "person", person_of);
  if (!people) {
    return std::move(people).error();
  }
  auto steps = tables_of<StepAnswers>(table, "step", step_answers_of);
  if (!steps) {
    return std::move(steps).error();
  }
  return Answers{.ceremony = *ceremony,
                 .folder = {},
                 .people = std::move(people).value(),
                 .steps = std::move(steps).value()};
}

const std::string* text_in(const AnswerTable& table, std::string_view name) {
  const auto found = table.find(name);
  return found == table.end() ? nullptr : &found->second;
}

// Whom an ask is put to, and what a person's table calls the answer.
struct Addressed {
  std::string_view who;
  std::string_view name;
};

Addressed addressee(const client::StepView& step, const client::Ask& ask, std::string_view who) {
  if (ask.name == kActorPin) {
    return {.who = step.actor, .name = "pin"};
  }
  if (ask.name == kWitnessPin) {
    return {.who = step.witness, .name = "pin"};
  }
  return {.who = who, .name = ask.name == kNewPin ? "pin" : std::string_view(ask.name)};
}

}  // namespace

const std::string* Answers::find(const client::StepView& step,
                                 const client::Ask& ask,
                                 std::string_view who) const {
  if (const auto here = steps.find(step.id); here != steps.end()) {
    const auto seat = here->second.seats.find(who);
    const std::string* const own =
        seat == here->second.seats.end() ? nullptr : text_in(seat->second, ask.name);
    const std::string* const found = own != nullptr ? own : text_in(here->second.all, ask.name);
    if (found != nullptr) {
      return found;
    }
  }
  const Addressed asked = addressee(step, ask, who);
  const auto person = people.find(asked.who);
  return person == people.end() ? nullptr : text_in(person->second, asked.name);
}

Result<Answers> read_answers(const std::filesystem::path& file) {
  auto bytes = base::read_file(file, kLargestAnswers);
  if (!bytes) {
    return std::move(bytes).error();
  }
  auto table = parse_toml(base::text_of(*bytes), "the answers");
  if (!table) {
    return std::move(table).error();
  }
  auto answers = answers_of(*table);
  if (answers) {
    answers->folder = file.parent_path();
  }
  return answers;
}

}  // namespace ceremony::cli
