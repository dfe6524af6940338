#include "ceremony/declarations.h"

#include <filesystem>
#include <sstream>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "ceremony/iso_duration.h"
#include "ceremony/quorum_words.h"
#include "support/temporary_folder.h"
#include "support/texts.h"

using ceremony::find_declaration;
using ceremony::Json;
using ceremony::parse_declarations;
using ceremony::TaxonomyField;
using support::has;

namespace {

constexpr const char* kHead = "format = \"conclave-declarations-v1\"\n";
constexpr const char* kBy = "by = \"PKI manager\"\ndate = \"2026-11-23\"\n";

// The message about a file that is refused.
std::string refusal_of(const std::string& body) {
  const auto parsed = parse_declarations(kHead + body);
  REQUIRE(!parsed.ok());
  CHECK(parsed.error().code == base::ErrorCode::kMalformed);
  return parsed.error().message;
}

std::string section(const std::string& name, std::string_view members) {
  return "[" + name + "]\n" + std::string(members) + kBy;
}

// The template with its examples taken up, but for the keys that name another root.
std::string template_filled_in() {
  const auto path = std::filesystem::path(TEST_VECTORS).parent_path().parent_path() /
                    "ceremony/declarations.toml";
  std::string filled;
  std::string line;
  std::istringstream lines(support::content_of(path));
  while (std::getline(lines, line)) {
    const bool example = line.size() > 1 && line[0] == '#' && line[1] != ' ';
    if (!has(line, "public_key")) {
      filled += (example ? line.substr(1) : line) + "\n";
    }
  }
  return filled;
}

}  // namespace

TEST_CASE("declarations: the template as shipped declares nothing") {
  const auto path = std::filesystem::path(TEST_VECTORS).parent_path().parent_path() /
                    "ceremony/declarations.toml";
  const auto read = ceremony::read_declarations(path);
  REQUIRE(read.ok());
  CHECK(read->declarations.empty());
  CHECK(read->anchors.empty());
  CHECK(read->organisation.empty());
}

TEST_CASE("declarations: the template's examples are a proper file that answers all it can") {
  const auto parsed = parse_declarations(template_filled_in());
  REQUIRE_MESSAGE(parsed.ok(), parsed.error().message);
  CHECK(parsed->organisation == "Example Devices Ltd");
  REQUIRE(parsed->anchors.size() == 1);
  unsigned answered = 0;
  for (const auto& definition : ceremony::taxonomy_fields()) {
    const bool of_anchor = definition.section == ceremony::TaxonomySection::kTrustAnchors;
    const auto& list = of_anchor ? parsed->anchors.front().declarations : parsed->declarations;
    const bool is_figure = definition.field == TaxonomyField::kIdentitySharedSplitExtra ||
                           definition.field == TaxonomyField::kIdentitySharedSplitContinents;
    CHECK_MESSAGE((find_declaration(list, definition.field) != nullptr) == !is_figure,
                  definition.name);
    answered += is_figure ? 0 : 1;
  }
  CHECK(answered == 16);
  const auto* const gap =
      find_declaration(parsed->declarations, TaxonomyField::kFirstSecondStageGap);
  CHECK(gap->value == Json{{"distance_km", 0}, {"duration", "PT8H"}});
  CHECK(gap->by == "Factory manager");
  const auto* const place =
      find_declaration(parsed->declarations, TaxonomyField::kInitialEnclaveLocation);
  CHECK(place->document_sha256 == std::string(64, '0'));
  CHECK(!place->note.empty());
}

TEST_CASE("declarations: no limit is a value of its own") {
  const auto parsed = parse_declarations(
      kHead + section("identity-time-limits-per-subordinate", "no_limit = true\n") +
      section("identity-number-per-subordinate", "no_limit = true\n"));
  REQUIRE(parsed.ok());
  REQUIRE(parsed->declarations.size() == 2);
  CHECK(parsed->declarations[0].value.is_null());
  CHECK(parsed->declarations[1].value.is_null());
}

TEST_CASE("declarations: what is not known is refused with its line") {
  CHECK(refusal_of("colour = \"red\"\n") ==
        "the declarations (line 2): \"colour\" is not known here; take it out or correct its "
        "spelling");
  CHECK(has(refusal_of(section("first-stage-exposure", "value = 1\npeople = 2\n")),
            "section [first-stage-exposure] (line 4): \"people\" is not known here"));
  for (const char* const figure :
       {"identity-shared-split-extra", "identity-shared-split-continents", "pki-level"}) {
    CHECK(has(refusal_of(section(figure, "value = 2\n")), "is not known here"));
  }
  CHECK(has(refusal_of("[[anchor]]\nname = \"a\"\nk = 3\n"), "(line 4): \"k\" is not known"));
  CHECK(has(refusal_of("[subject]\norganisation = \"E\"\nholders = 5\n"), "(line 4)"));
}

TEST_CASE("declarations: every fault is named") {
  CHECK(!has(parse_declarations("").error().message, "\"format\" is missing"));
  CHECK(parse_declarations("").error().message ==
        "the declarations: the first line must be format = \"conclave-declarations-v1\"; begin "
        "with the template declarations.toml");
  CHECK(has(parse_declarations("format = ").error().message, "not proper TOML"));
  CHECK(has(refusal_of("[first-stage-exposure]\nvalue = 1\ndate = \"2026-11-23\"\n"),
            "\"by\" is missing"));
  CHECK(has(refusal_of("[first-stage-exposure]\nvalue = 1\nby = \"a\"\ndate = \"2026-02-30\"\n"),
            "it needs \"by\""));
  CHECK(has(refusal_of(section("first-stage-exposure", "value = -1\n")), "zero or more"));
  CHECK(has(refusal_of(section("first-stage-exposure", "value = 1.5\n")), "whole number"));
  CHECK(has(refusal_of(section("first-stage-exposure", "value = 1\ndocument_sha256 = \"12\"\n")),
            "document_sha256"));
  CHECK(has(refusal_of(section("initial-enclave-location", "value = \"inside\"\n")),
            "\"value\" must be one of \"internal\", \"external\""));
  CHECK(has(refusal_of(section("initial-enclave-privacy-key", "")), "write true or false"));
  CHECK(has(refusal_of(section("initial-enclave-integrity-key", "value = \"\"\n")), "not empty"));
  CHECK(has(refusal_of(section("initial-enclave-integrity-key", "value = \"a\\u0007b\"\n")),
            "control character"));
  CHECK(has(refusal_of(section("initial-enclave-integrity-key",
                               "value = \"" + std::string(1001, 'a') + "\"\n")),
            "longer than a thousand"));
  CHECK(has(refusal_of(section("identity-pki-level", "value = 0\n")), "make sense"));
  CHECK(has(refusal_of(section("identity-pki-level", "value = 17\n")), "make sense"));
  CHECK(has(refusal_of(section("identity-number-per-subordinate", "value = 0\n")), "make sense"));
  CHECK(has(refusal_of(section("identity-number-per-subordinate", "")), "no_limit"));
  CHECK(has(refusal_of(section("identity-time-limits-per-subordinate",
                               "value = \"P3Y\"\nno_limit = true\n")),
            "no_limit"));
  CHECK(has(refusal_of(section("identity-time-limits-per-subordinate", "value = \"3y\"\n")),
            "P3Y, P18M or P10D"));
  CHECK(has(refusal_of(section("first-second-stage-gap", "duration = \"P1D\"\n")),
            "\"distance_km\" is missing"));
  CHECK(has(refusal_of(section("first-second-stage-gap", "distance_km = 1\nduration = \"soon\"\n")),
            "P3Y, P18M or P10D"));
  CHECK(has(refusal_of(section("identity-anchor-storage", "value = \"a safe\"\n")),
            "\"hardware-security-module\""));
  CHECK(has(refusal_of("[subject]\norganisation = \"E\"\nidentity_public_key = \"1\"\n"),
            "identity_public_key"));
  CHECK(has(refusal_of("[subject]\norganisation = \"E\\nF\"\n"), "control character"));
}

TEST_CASE("declarations: a section without a name is refused (toml++ issue 294)") {
  CHECK(refusal_of("[&") ==
        "the declarations (line 2): it is not proper TOML: a section needs a name after its "
        "bracket");
  for (const char* const text : {"[",
                                 "[[",
                                 "[[[1]]]",
                                 "[[[a]]]",
                                 "[[=",
                                 "  [ \t&]",
                                 "\xC2\xA0[&",
                                 "[\xC2\xA0&",
                                 "[.a]",
                                 "[#"}) {
    CAPTURE(text);
    CHECK(has(refusal_of(text), "not proper TOML"));
  }
  CHECK(has(refusal_of("[]\n"), "not proper TOML"));
  CHECK(has(refusal_of("[[]]\n"), "not proper TOML"));
  CHECK(has(refusal_of("[a\n"), "not proper TOML"));
}

TEST_CASE("declarations: faults in an anchor are named") {
  const std::string anchor = "[[anchor]]\nname = \"root\"\n";
  CHECK(has(refusal_of(anchor + "public_key = \"x\"\n"), "public_key of an anchor"));
  CHECK(has(refusal_of(anchor + anchor), "two [[anchor]] sections speak of one key"));
  CHECK(has(refusal_of("[[anchor]]\nname = \"3 of 5\"\n"), "confidential"));
  CHECK(has(refusal_of(anchor + section("anchor.pki-breadth", "at_least = 5\nat_most = 4\n")),
            "exchange them"));
  for (const char* const list :
       {"[]", "[\"p-256\", \"p-256\"]", "[\"P-256\"]", "[\"\"]", "[\"p 256\"]"}) {
    CHECK(has(refusal_of(anchor +
                         section("anchor.pki-algorithms", "value = " + std::string(list) + "\n")),
              "list each algorithm once"));
  }
  CHECK(
      has(refusal_of(anchor + section("anchor.pki-algorithms", "value = [1]\n")), "list of texts"));
}

TEST_CASE("declarations: an internal enclave leaves no questions about an external one") {
  const std::string internal = section("initial-enclave-location", "value = \"internal\"\n");
  CHECK(parse_declarations(kHead + internal).ok());
  CHECK(has(refusal_of(internal + section("initial-enclave-privacy-key", "value = true\n")),
            "said to be internal"));
}

TEST_CASE("declarations: a text that tells k and n is refused") {
  for (const char* const text : {"3 of 5",
                                 "Three out of FIVE people",
                                 "any 3 of our 5 holders",
                                 "(3/5)",
                                 "needs two of three.",
                                 "7 from 16",
                                 "two-of-three"}) {
    CAPTURE(text);
    CHECK(ceremony::seems_to_tell_the_quorum(text));
    CHECK(has(refusal_of(section("initial-enclave-integrity-key",
                                 "value = \"" + std::string(text) + "\"\n")),
              "must stay confidential"));
    CHECK(has(refusal_of(section("first-stage-exposure",
                                 "value = 1\nnote = \"" + std::string(text) + "\"\n")),
              "must stay confidential"));
  }
  for (const char* const text : {"",
                                 "of",
                                 "23 of November 2026",
                                 "section 5 of the manual",
                                 "99 of 100",
                                 "3 of them",
                                 "0 of 5",
                                 "3 shifts of 8 hours"}) {
    CAPTURE(text);
    CHECK(!ceremony::seems_to_tell_the_quorum(text));
  }
}

TEST_CASE("declarations: a file that is not there or too large is refused") {
  const support::TemporaryFolder folder;
  CHECK(ceremony::read_declarations(folder / "none").error().code == base::ErrorCode::kNotFound);
  support::plant(folder / "large", std::string(256 * 1024 + 1, '#'));
  CHECK(ceremony::read_declarations(folder / "large").error().code == base::ErrorCode::kMalformed);
}

TEST_CASE("durations: read strictly") {
  const auto whole = ceremony::parse_iso_duration("P1Y2M3DT4H");
  REQUIRE(whole.ok());
  CHECK(whole->years == 1);
  CHECK(whole->months == 2);
  CHECK(whole->days == 3);
  CHECK(whole->hours == 4);
  for (const char* const text :
       {"", "P", "PT", "P1", "1Y", "P1Y1Y", "P1M1Y", "P-1Y", "P1.5Y", "P1YT", "P10000Y", "P1S"}) {
    CAPTURE(text);
    CHECK(!ceremony::parse_iso_duration(text).ok());
  }
}

TEST_CASE("durations: a span is told in the largest unit that fits exactly") {
  const auto span = [](const char* from, const char* to) {
    return ceremony::iso_duration_of(
        {.from = base::parse_date(from).value(), .to = base::parse_date(to).value()});
  };
  CHECK(span("2026-11-23", "2036-11-23") == "P10Y");
  CHECK(span("2026-11-23", "2028-05-23") == "P18M");
  CHECK(span("2026-11-23", "2026-12-01") == "P8D");
  CHECK(span("2026-11-23", "2026-11-23") == "P0D");
  const auto end = ceremony::date_after(base::parse_date("2026-11-23").value(),
                                        ceremony::parse_iso_duration("P1Y2M3D").value());
  CHECK(base::format_date(end.value()) == "2028-01-26");
  CHECK(!ceremony::date_after(base::parse_date("9000-01-01").value(),
                              ceremony::parse_iso_duration("P9999Y").value())
             .ok());
}
