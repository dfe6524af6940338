// Shares on several kinds of carriers in one set, and what its record calls the cards.

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "ca/data_token.h"
#include "session/stage.h"
#include "support/soft_card.h"
#include "support/texts.h"

namespace {

using ceremony::client::Input;
using ceremony::client::StepView;
using support::content_of;
using support::has;
namespace fs = std::filesystem;

constexpr const char* kPin = "31415926";

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

bool asks_for(const StepView& view, const std::string& name) {
  return std::ranges::any_of(view.asks, [&](const auto& ask) { return ask.name == name; });
}

// The card that was printed for a holder; a drill's own in a drill.
std::string printed(const StepView& view, const fs::path& folder) {
  if (view.mode != "DRILL") {
    return content_of(folder / "card.txt");
  }
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().filename().string().starts_with("drill-")) {
      return content_of(entry.path() / "card.txt");
    }
  }
  return {};
}

// Three holders: a stick, a printed card, a token that has its PIN already.
class MixedPeople {
 public:
  static std::vector<std::string> carriers() { return {"stick", "card", "token"}; }

  void live_in(const fs::path& out) { holders_ = out / "holders"; }

  void answer(const StepView& view, Input& input) {
    if (!fs::exists(token())) {
      support::make_soft_card(token(), kPin);
    }
    if (view.id == "gather-quorum") {
      hand_in(view, input);
    } else if (asks_for(view, "card-lines")) {
      input.texts["card-lines"] = printed(view, card());
      ++typed_;
    } else if (asks_for(view, "token-pin")) {
      input.secrets.insert_or_assign("token-pin", support::secret_text(kPin));
      ++pins_;
    }
  }

  [[nodiscard]] fs::path card() const { return holders_ / "bjorn-lindqvist"; }
  [[nodiscard]] fs::path token() const { return holders_ / "chiara-moretti" / "token"; }
  [[nodiscard]] int typed() const { return typed_; }
  [[nodiscard]] int pins() const { return pins_; }

 private:
  void hand_in(const StepView& view, Input& input) {
    const auto share = input.texts.find("share");
    if (share == input.texts.end()) {
      return;
    }
    if (share->second == card()) {
      share->second = "card:" + printed(view, card());
      ++typed_;
    } else if (share->second == token().parent_path()) {
      share->second = "token:" + share->second;
      input.secrets.insert_or_assign("token-pin", support::secret_text(kPin));
      ++pins_;
    }
  }

  fs::path holders_;
  int typed_ = 0;
  int pins_ = 0;
};

// What is said when one input of a root generation by the mixed people is spoilt once.
std::string said_to(const std::string& step,
                    const std::string& subject,
                    const std::function<void(MixedPeople&, Input&)>& spoil) {
  MixedPeople people;
  bool is_spoilt = false;
  stage::Stage stage({.carriers = MixedPeople::carriers()},
                     [&](const StepView& view, Input& input) {
                       people.answer(view, input);
                       if (view.id == step && view.subject == subject && !is_spoilt) {
                         is_spoilt = true;
                         spoil(people, input);
                       }
                     });
  people.live_in(stage.out());
  std::string said = stage.generate_root();
  CHECK(is_spoilt);
  return said;
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
  REQUIRE(stage.generate_root() == "");
  REQUIRE(stage.rehearsal().sign_subordinates().ok());
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

// What is said when the first share that is handed in to sign is answered by `answer`; with what
// the journal holds then.
std::pair<std::string, std::string> handing_in(const std::function<std::string(fs::path)>& answer) {
  bool is_spoilt = false;
  stage::Stage stage([&](const StepView& view, Input& input) {
    const auto share = input.texts.find("share");
    if (view.id == "gather-quorum" && share != input.texts.end() && !is_spoilt) {
      is_spoilt = true;
      share->second = answer(share->second);
    }
  });
  REQUIRE(stage.generate_root() == "");
  const auto done = stage.rehearsal().sign_subordinates();
  return {done ? "" : done.error().message,
          content_of(stage.out() / "record" / "confidential" / "0002-subordinate-signing" /
                     "journal.log")};
}

TEST_CASE("a card that is typed without the word before it is taken as one") {
  const auto [said, journal] =
      handing_in([](const fs::path& stick) { return content_of(stick / "card.txt"); });
  CHECK(said == "");
  CHECK(!has(journal, R"("type":"refused")"));
}

TEST_CASE("what is typed in place of a stick's folder is neither shown again nor recorded") {
  const auto [said, journal] = handing_in([](const fs::path&) { return "grey heron at the weir"; });
  CHECK(has(said, "there is no folder of a stick where the answer points"));
  CHECK(!has(said, "heron"));
  CHECK(has(journal, R"("type":"refused")"));
  CHECK(!has(journal, "heron"));
  const auto token = handing_in([](const fs::path&) { return "token:grey heron at the weir"; });
  CHECK(!has(token.first, "heron"));
  CHECK(!has(token.second, "heron"));
  // One line of a card: it is read as a card, and the line comes into no record.
  const std::string line = "EJS9 6CY2 TJNS Z82T XNAM CQ2D";
  const auto card = handing_in([&](const fs::path&) { return line; });
  CHECK(has(card.first, "this card"));
  CHECK(!has(card.second, "6CY2"));
}

TEST_CASE("a card that was mistyped names its line") {
  bool is_spoilt = false;
  stage::Stage stage([&](const StepView& view, Input& input) {
    if (view.id == "gather-quorum" && input.texts.count("share") != 0 && !is_spoilt) {
      is_spoilt = true;
      type_card(input, misread);
    }
  });
  REQUIRE(stage.generate_root() == "");
  const auto done = stage.rehearsal().sign_subordinates();
  REQUIRE_FALSE(done.ok());
  CHECK(done.error().message.find("this card: line 3 does not fit its check") != std::string::npos);
}

TEST_CASE("a stick, a printed card and a token are one set, for a whole life of the key") {
  MixedPeople people;
  stage::Stage stage({.carriers = MixedPeople::carriers()},
                     [&](const StepView& view, Input& input) { people.answer(view, input); });
  people.live_in(stage.out());
  const auto done = stage.rehearsal().run();
  REQUIRE_MESSAGE(done.ok(), (done ? std::string() : done.error().message));
  CHECK(people.typed() > 4);
  CHECK(people.pins() > 4);
  CHECK(fs::exists(stage.out() / "holders" / "amara-okafor" / "share.conclave"));
  CHECK(!fs::exists(people.card() / "share.conclave"));
  CHECK(fs::exists(people.card() / "card.svg"));
  CHECK(!fs::exists(people.token().parent_path() / "share.conclave"));
  CHECK(!fs::exists(people.token().parent_path() / "card.txt"));
  const std::string journal =
      content_of(stage.out() / "record" / "confidential" / "0001-root-generation" / "journal.log");
  CHECK(has(journal, R"("type":"share-written")"));
  CHECK(has(journal, R"("carrier":"token")"));
  const std::string transcript =
      content_of(stage.out() / "record" / "public" / "0001-root-generation" / "transcript.log");
  CHECK(transcript.find("carrier") == std::string::npos);
}

TEST_CASE("a wrong PIN, no PIN and no token are told apart, and name the seat") {
  const std::string wrong = said_to("lock-shares", "Seat C", [](MixedPeople&, Input& input) {
    input.secrets.insert_or_assign("token-pin", support::secret_text("2718281"));
  });
  CHECK(has(wrong, "seat C: logging in to the token: the token refused the PIN"));
  const std::string none = said_to("lock-shares", "Seat C", [](MixedPeople&, Input& input) {
    input.secrets.erase("token-pin");
  });
  CHECK(has(none, "seat C: the PIN of the token (smartcard) was not typed"));
  const std::string gone = said_to("read-back", "Seat C", [](MixedPeople& people, Input&) {
    fs::rename(people.token(), people.token().parent_path() / "elsewhere");
    fs::create_directory(people.token());
  });
  CHECK(has(gone, "seat C: no token (smartcard) with a PIN is inserted"));
}

TEST_CASE("a token that holds a share already is never written over") {
  const std::string said = said_to("lock-shares", "Seat C", [](MixedPeople& people, Input&) {
    const auto token = ca::DataToken::open({.library = {}, .softhsm_folder = people.token()},
                                           support::secret_text(kPin));
    REQUIRE(token.ok());
    REQUIRE((*token)->write_new({.label = "conclave share", .value = base::Bytes{1, 2, 3}}).ok());
  });
  CHECK(has(said, "seat C: this token (smartcard) holds a share already"));
}

TEST_CASE("a printed card that is mistyped, not typed, or printed wrongly is named at read-back") {
  const std::string mistyped =
      said_to("read-back", "Seat B", [](MixedPeople& people, Input& input) {
        input.texts["card-lines"] = misread(content_of(people.card() / "card.txt"));
      });
  CHECK(has(mistyped, "seat B: line 3 does not fit its check"));
  const std::string nothing = said_to(
      "read-back", "Seat B", [](MixedPeople&, Input& input) { input.texts.erase("card-lines"); });
  CHECK(has(nothing, "seat B: the lines of the printed card were not typed or scanned"));
  const std::string misprinted = said_to("read-back", "Seat B", [](MixedPeople& people, Input&) {
    stage::flip_byte(people.card() / "card.svg");
  });
  CHECK(has(misprinted, "seat B: card.svg is not what was written"));
}

TEST_CASE("a share in a token of a split that was cut off gives way to the new one") {
  fs::path out;
  stage::Stage stage(
      {.cut = {.before = "lock-shares", .after_turns = 1}, .carriers = {"token", "stick", "stick"}},
      [&](const StepView& view, Input& input) {
        const fs::path token = out / "holders" / "amara-okafor" / "token";
        if (!fs::exists(token)) {
          support::make_soft_card(token, kPin);
        }
        if (asks_for(view, "token-pin")) {
          input.secrets.insert_or_assign("token-pin", support::secret_text(kPin));
        }
      });
  out = stage.out();
  REQUIRE(stage.generate_root() == "");
  const std::string journal =
      content_of(out / "record" / "confidential" / "0001-root-generation" / "journal.log");
  const std::size_t voided = journal.find(R"("type":"voided")");
  REQUIRE(voided != std::string::npos);
  CHECK(has(journal, R"("file":"token/conclave share")"));
}

}  // namespace
