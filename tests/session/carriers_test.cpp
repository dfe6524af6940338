// Shares on several kinds of carriers in one ceremony, and what its record calls the cards.

#include <set>
#include <string>

#include <doctest/doctest.h>

#include "session/stage.h"

namespace {

using ceremony::client::Input;
using ceremony::client::StepView;
using support::content_of;
namespace fs = std::filesystem;

// In place of a stick's folder, what its printed card says.
void type_card(Input& input, std::string (*spoil)(std::string)) {
  const fs::path stick = input.texts.at("share");
  input.texts["share"] = "card:" + spoil(content_of(stick / "card.txt"));
}

std::string as_it_is(std::string card) {
  return card;
}

// The first character of line 3, which begins as "3:" with blanks around it.
std::string misread(std::string card) {
  std::size_t at = card.find("3:", card.find("2:")) + 2;
  while (card[at] == ' ') {
    ++at;
  }
  card[at] = card[at] == '7' ? '8' : '7';
  return card;
}

TEST_CASE("a stick and a typed card open the key together, and the record tells them apart") {
  int entered = 0;
  int typed = 0;
  stage::Stage stage([&](const StepView& view, Input& input) {
    const bool is_share = view.id == "gather-quorum" && input.texts.count("share") != 0;
    if (is_share && view.mode != "DRILL" && entered++ % 2 == 1) {
      ++typed;
      type_card(input, as_it_is);
    }
  });
  REQUIRE(stage.rehearsal().run().ok());
  CHECK(typed > 0);
  CHECK(entered > typed);
  const std::string journal = content_of(stage.out() / "record" / "confidential" /
                                         "0002-subordinate-signing" / "journal.log");
  const std::string begin = R"("share":"the card \")";
  std::set<std::string> names;
  for (std::size_t at = journal.find(begin); at != std::string::npos;
       at = journal.find(begin, at + 1)) {
    const std::size_t from = at + begin.size();
    names.insert(journal.substr(from, journal.find('\\', from) - from));
  }
  CHECK(names.size() == 2);
}

TEST_CASE("a card that was mistyped names its line") {
  bool is_spoilt = false;
  stage::Stage stage([&](const StepView& view, Input& input) {
    if (view.id == "gather-quorum" && input.texts.count("share") != 0 && !is_spoilt) {
      is_spoilt = true;
      type_card(input, misread);
    }
  });
  const auto done = stage.rehearsal().run();
  REQUIRE_FALSE(done.ok());
  CHECK(done.error().message.find("this card: line 3, group 1") != std::string::npos);
}

}  // namespace
