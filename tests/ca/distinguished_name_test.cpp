#include "ca/distinguished_name.h"

#include <doctest/doctest.h>

#include "ca/der.h"
#include "ca/distinguished_name_rules.h"
#include "ca/extension.h"

namespace {

using namespace ca;

base::Bytes attribute(const char* type, DerTag tag, std::string_view value) {
  return der(DerTag::kSequence,
             {der_object_identifier(oid_of_name(type).value()), der(tag, {base::bytes_of(value)})});
}

// A name of one attribute, as somebody else may write it.
DistinguishedName one(const char* type, DerTag tag, std::string_view value) {
  return DistinguishedName::parse(
             der(DerTag::kSequence, {der(DerTag::kSet, {attribute(type, tag, value)})}))
      .value();
}

// U+202E, which must not stand in a source file.
std::string turns_direction() {
  return std::string(base::text_of(base::Bytes{0xe2, 0x80, 0xae}));
}

std::string rule_of(const DistinguishedName& name) {
  const base::Findings findings = find_name_faults(name, "subject");
  return findings.size() == 1 ? findings[0].rule : std::to_string(findings.size()) + " findings";
}

}  // namespace

TEST_CASE("names: what is built is clean and comes back") {
  const std::vector<NameAttribute> attributes{
      {"C", "DE"}, {"O", "Prüfwerk"}, {"serialNumber", "A-1"}, {"DC", "example"}, {"CN", "Root 1"}};
  const base::Result<DistinguishedName> name = DistinguishedName::of(attributes);
  REQUIRE(name.ok());
  CHECK(name->attributes() == attributes);
  CHECK(find_name_faults(*name, "subject").empty());
  CHECK(name->text() == "C=DE, O=Prüfwerk, serialNumber=A-1, DC=example, CN=Root 1");
  CHECK(DistinguishedName::parse(name->der())->attributes() == attributes);
  CHECK(name->value_of("CN") == "Root 1");
  CHECK_FALSE(name->value_of("OU").has_value());
}

TEST_CASE("names: what must not be built is refused") {
  CHECK(DistinguishedName::of({{"C", "de"}}).error().message ==
        "The country of the name is not two capital letters (such as DE); correct it.");
  CHECK(DistinguishedName::of({{"NoSuchThing", "x"}}).error().code ==
        base::ErrorCode::kInvalidArgument);
  CHECK_FALSE(DistinguishedName::of({}).ok());
  CHECK_FALSE(DistinguishedName::parse(base::Bytes{0x30, 0x01}).ok());
  CHECK_FALSE(DistinguishedName::parse(base::Bytes{0x30, 0x00, 0x00}).ok());
}

TEST_CASE("names: each fault is named by its rule, with field and character code") {
  CHECK(rule_of(DistinguishedName::parse(base::Bytes{0x30, 0x00}).value()) == "name-empty");
  CHECK(rule_of(one("CN", DerTag::kUtf8String, "")) == "name-attribute-empty");
  CHECK(rule_of(one("CN", DerTag::kUtf8String, std::string_view("a\0b", 3))) == "name-nul");
  CHECK(rule_of(one("CN", DerTag::kUtf8String, "a\tb")) == "name-harmful-character");
  CHECK(rule_of(one("CN", DerTag::kUtf8String, "a\xc2\x85")) == "name-harmful-character");
  CHECK(
      find_name_faults(one("CN", DerTag::kUtf8String, "a" + turns_direction() + "b"), "subject")[0]
          .message ==
      "The CN of the name holds a character that turns the direction of writing (U+202E), so "
      "people would read another name than programs do; remove it.");
  CHECK(rule_of(one("CN", DerTag::kUtf8String, "a\u200b")) == "name-harmful-character");
  for (const char* invisible : {"a\u2800", "a\U0001d173", "a\U0001bca0", "a\U000e0041"}) {
    CHECK(rule_of(one("CN", DerTag::kUtf8String, invisible)) == "name-harmful-character");
  }
  CHECK(rule_of(one("CN", DerTag::kPrintableString, "a\xff")) == "name-invalid-utf8");
  CHECK(rule_of(one("CN", DerTag::kIa5String, "a")) == "name-string-type");
  CHECK(rule_of(one("C", DerTag::kUtf8String, "DE")) == "name-string-type");
  CHECK(rule_of(one("emailAddress", DerTag::kUtf8String, "a@b")) == "name-string-type");
  CHECK(rule_of(one("CN", DerTag::kPrintableString, "a*b")) == "name-character-not-in-string-type");
  CHECK(rule_of(one("C", DerTag::kPrintableString, "de")) == "name-country");
  CHECK(rule_of(one("C", DerTag::kPrintableString, "D")) == "name-country");
  CHECK(rule_of(one("C", DerTag::kPrintableString, "DEU")) == "name-too-long");
  CHECK(rule_of(one("CN", DerTag::kUtf8String, std::string(65, 'a'))) == "name-too-long");
  CHECK(find_name_faults(one("CN", DerTag::kUtf8String, std::string(64, 'a')), "s").empty());
  CHECK(rule_of(one("CN", DerTag::kUtf8String, std::string(10'000, 'a'))) == "name-too-long");
  CHECK(rule_of(one("CN", DerTag::kUtf8String, " a")) == "name-surrounding-space");
}

TEST_CASE("names: what calls itself UTF-8 and is not does not even parse") {
  for (const char* value : {"\xff", "\xed\xa0\x80", "\xc0\x80", "\xf5\x80\x80\x80", "a\xe2\x82"}) {
    const base::Bytes pair = attribute("CN", DerTag::kUtf8String, value);
    CHECK_FALSE(DistinguishedName::parse(der(DerTag::kSequence, {der(DerTag::kSet, {pair})})).ok());
    std::string_view rest = value;
    bool ended = false;
    while (!rest.empty() && !ended) {
      ended = !take_character(rest);
    }
    CHECK(ended);
  }
}

TEST_CASE("names: attributes joined, repeated or too many") {
  const base::Bytes common_name = attribute("CN", DerTag::kUtf8String, "a");
  const base::Bytes organisation = attribute("O", DerTag::kUtf8String, "b");
  const base::Bytes joined =
      der(DerTag::kSequence, {der(DerTag::kSet, {common_name, organisation})});
  CHECK(rule_of(DistinguishedName::parse(joined).value()) == "name-multi-valued");
  const base::Bytes set = der(DerTag::kSet, {common_name});
  CHECK(rule_of(DistinguishedName::parse(der(DerTag::kSequence, {set, set})).value()) ==
        "name-duplicate-attribute");
  base::Bytes many;
  for (int i = 0; i < 17; ++i) {
    append(many, der(DerTag::kSet, {attribute("OU", DerTag::kUtf8String, "a")}));
  }
  CHECK(rule_of(DistinguishedName::parse(der(DerTag::kSequence, {many})).value()) ==
        "name-too-many-attributes");
}

TEST_CASE("names: nothing in them reaches a terminal as more than text") {
  CHECK(one("CN", DerTag::kUtf8String, "a\x1b[2Jb, O=c").text() ==
        "CN=a\\u{1B}[2Jb\\u{2C} O\\u{3D}c");
  CHECK(shown_safely("\xff" + turns_direction()) == "\\u{FF}\\u{202E}");
}

TEST_CASE("names: the same name in another string type is another name") {
  const DistinguishedName utf8 = one("CN", DerTag::kUtf8String, "Root");
  const DistinguishedName printable = one("CN", DerTag::kPrintableString, "Root");
  CHECK_FALSE(utf8 == printable);
  CHECK(utf8.text() == printable.text());
}
