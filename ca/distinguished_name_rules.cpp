#include "ca/distinguished_name_rules.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <set>

#include "ca/distinguished_name.h"

namespace ca {

namespace {

struct CharacterRange {
  char32_t first;
  char32_t last;
  const char* harm;
};

// Source: Unicode 15, general categories Cc, Cf, Zl, Zp and the bidi controls (UAX #9 section 2),
// but for the marks of category Cf that are seen (U+0600 and its like); and what else is drawn as
// nothing.
constexpr const char* kControl = "a control character";
constexpr const char* kBidi = "a character that turns the direction of writing";
constexpr const char* kInvisible = "an invisible character";
constexpr std::array kHarmful{
    CharacterRange{0x00, 0x1f, kControl},
    CharacterRange{0x7f, 0x9f, kControl},
    CharacterRange{0xad, 0xad, kInvisible},
    CharacterRange{0x34f, 0x34f, kInvisible},
    CharacterRange{0x61c, 0x61c, kBidi},
    CharacterRange{0x115f, 0x1160, kInvisible},
    CharacterRange{0x17b4, 0x17b5, kInvisible},
    CharacterRange{0x180b, 0x180f, kInvisible},
    CharacterRange{0x200b, 0x200d, kInvisible},
    CharacterRange{0x200e, 0x200f, kBidi},
    CharacterRange{0x2028, 0x2029, kControl},
    CharacterRange{0x202a, 0x202e, kBidi},
    CharacterRange{0x2060, 0x2065, kInvisible},
    CharacterRange{0x2066, 0x2069, kBidi},
    CharacterRange{0x206a, 0x206f, kInvisible},
    CharacterRange{0x2800, 0x2800, kInvisible},
    CharacterRange{0x3164, 0x3164, kInvisible},
    CharacterRange{0xe000, 0xf8ff, "a character without an agreed meaning"},
    CharacterRange{0xfe00, 0xfe0f, kInvisible},
    CharacterRange{0xfeff, 0xfeff, kInvisible},
    CharacterRange{0xffa0, 0xffa0, kInvisible},
    CharacterRange{0xfff0, 0xffff, kInvisible},
    CharacterRange{0x13430, 0x1343f, kInvisible},
    CharacterRange{0x1bca0, 0x1bca3, kInvisible},
    CharacterRange{0x1d173, 0x1d17a, kInvisible},
    CharacterRange{0xe0000, 0x10ffff, kInvisible},
};

// Upper bounds in characters, RFC 5280 appendix A.1 (ub-...).
struct UpperBound {
  std::string_view type;
  std::size_t characters;
};

constexpr std::array kUpperBounds{
    UpperBound{"CN", 64},
    UpperBound{"O", 64},
    UpperBound{"OU", 64},
    UpperBound{"C", 2},
    UpperBound{"L", 128},
    UpperBound{"ST", 128},
    UpperBound{"serialNumber", 64},
    UpperBound{"dnQualifier", 64},
    UpperBound{"title", 64},
    UpperBound{"emailAddress", 255},
    UpperBound{"DC", 63},
    UpperBound{"UID", 256},
    UpperBound{"postalCode", 40},
    UpperBound{"street", 128},
};
constexpr std::size_t kOtherUpperBound = 256;
constexpr int kMostAttributes = 16;

std::size_t upper_bound_of(std::string_view type) {
  const auto* const row = std::find_if(kUpperBounds.begin(),
                                       kUpperBounds.end(),
                                       [&](const UpperBound& each) { return each.type == type; });
  return row == kUpperBounds.end() ? kOtherUpperBound : row->characters;
}

std::string code_of(char32_t character) {
  std::array<char, 16> text{};
  const int size =
      std::snprintf(text.data(), text.size(), "U+%04X", static_cast<unsigned>(character));
  return {text.data(), static_cast<std::size_t>(size)};
}

bool is_printable_string_character(char32_t c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         (c < 0x80 &&
          std::string_view(" '()+,-./:=?").find(static_cast<char>(c)) != std::string_view::npos);
}

// A character, and the V_ASN1_... type of the string that it stands in.
struct TypedCharacter {
  char32_t character = 0;
  int string_type = 0;
};

bool is_in_string_type(const TypedCharacter& typed) {
  switch (typed.string_type) {
    case V_ASN1_PRINTABLESTRING:
      return is_printable_string_character(typed.character);
    case V_ASN1_IA5STRING:
      return typed.character <= 0x7f;
    default:
      return true;
  }
}

// Collects the faults of one name.
class NameCheck {
 public:
  explicit NameCheck(std::string_view field) : field_(field) {}

  void check(const X509_NAME& name);
  base::Findings take() { return std::move(findings_); }

 private:
  struct Entry {
    std::string type;
    int string_type = 0;
    std::string_view bytes;
  };

  void check_entry(const Entry& entry);
  void check_characters(const Entry& entry);
  bool check_character(const Entry& entry, std::optional<char32_t> character);
  bool check_string_type(const Entry& entry);
  void check_country(const Entry& entry);

  struct Fault {
    const char* rule;
    const char* source;
    std::string message;
  };
  void add(Fault fault) {
    findings_.push_back({.rule = fault.rule,
                         .severity = base::Severity::kError,
                         .field = field_,
                         .source = fault.source,
                         .message = std::move(fault.message)});
  }

  std::string field_;
  base::Findings findings_;
};

void NameCheck::check(const X509_NAME& name) {
  const int count = X509_NAME_entry_count(&name);
  if (count == 0) {
    add({"name-empty",
         "RFC 5280 section 4.1.2.4",
         "The name is empty, so nobody could tell whose certificate it is; give it at least an "
         "organisation and a common name."});
  }
  if (count > kMostAttributes) {
    add({"name-too-many-attributes",
         "Conclave DESIGN 4",
         "The name has more than 16 attributes, which no certificate here needs; shorten it."});
    return;
  }
  std::set<std::string> seen;
  int last_relative_name = -1;
  for (int i = 0; i < count; ++i) {
    const X509_NAME_ENTRY* const entry = X509_NAME_get_entry(&name, i);
    const ASN1_STRING* const data = X509_NAME_ENTRY_get_data(entry);
    const int nid = OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry));
    const std::string type = nid == NID_undef ? "?" : OBJ_nid2sn(nid);
    if (X509_NAME_ENTRY_set(entry) == last_relative_name) {
      add({"name-multi-valued",
           "Conclave DESIGN 4",
           "The name joins several attributes into one part (" + type +
               "), which programs read in different ways; list them one by one."});
    }
    last_relative_name = X509_NAME_ENTRY_set(entry);
    if (!seen.insert(type).second && type != "OU" && type != "DC" && type != "?") {
      add({"name-duplicate-attribute",
           "Conclave DESIGN 4",
           "The name has more than one " + type + "; give it once."});
    }
    check_entry({.type = type,
                 .string_type = ASN1_STRING_type(data),
                 .bytes = {reinterpret_cast<const char*>(ASN1_STRING_get0_data(data)),
                           static_cast<std::size_t>(ASN1_STRING_length(data))}});
  }
}

void NameCheck::check_entry(const Entry& entry) {
  if (!check_string_type(entry)) {
    return;  // the characters of another type would be misread
  }
  if (entry.bytes.empty()) {
    add({"name-attribute-empty",
         "RFC 5280 appendix A.1",
         "The " + entry.type + " of the name is empty; fill it or leave it out."});
    return;
  }
  check_characters(entry);
  if (entry.type == "C") {
    check_country(entry);
  }
}

bool NameCheck::check_string_type(const Entry& entry) {
  const bool is_internet_name = entry.type == "DC" || entry.type == "emailAddress";
  const bool must_be_printable =
      entry.type == "C" || entry.type == "serialNumber" || entry.type == "dnQualifier";
  const bool fits = is_internet_name
                        ? entry.string_type == V_ASN1_IA5STRING
                        : entry.string_type == V_ASN1_PRINTABLESTRING ||
                              (entry.string_type == V_ASN1_UTF8STRING && !must_be_printable);
  if (!fits) {
    add({"name-string-type",
         "RFC 5280 section 4.1.2.4",
         "The " + entry.type +
             " of the name is written in a string type that is not allowed there; write it as "
             "UTF8String or PrintableString (country and serial number: PrintableString)."});
  }
  return fits;
}

// Reports what is wrong with one character; gives whether it was fine.
bool NameCheck::check_character(const Entry& entry, std::optional<char32_t> character) {
  if (!character) {
    add({"name-invalid-utf8",
         "RFC 3629 section 3",
         "The " + entry.type +
             " of the name holds bytes that are no character of UTF-8; write it anew."});
    return false;
  }
  if (*character == 0) {
    add({"name-nul",
         "Conclave DESIGN 4",
         "The " + entry.type +
             " of the name holds the character U+0000, behind which some programs stop "
             "reading; remove it."});
    return false;
  }
  if (const char* const harm = harm_of(*character)) {
    add({"name-harmful-character",
         "Conclave DESIGN 4",
         "The " + entry.type + " of the name holds " + harm + " (" + code_of(*character) +
             "), so people would read another name than programs do; remove it."});
    return false;
  }
  if (!is_in_string_type({.character = *character, .string_type = entry.string_type})) {
    add({"name-character-not-in-string-type",
         "X.680 section 41.4",
         "The " + entry.type + " of the name holds the character " + code_of(*character) +
             ", which its string type does not have; write it as UTF8String."});
    return false;
  }
  return true;
}

void NameCheck::check_characters(const Entry& entry) {
  std::string_view rest = entry.bytes;
  std::size_t count = 0;
  for (; !rest.empty(); ++count) {
    if (!check_character(entry, take_character(rest))) {
      return;
    }
  }
  if (count > upper_bound_of(entry.type)) {
    add({"name-too-long",
         "RFC 5280 appendix A.1",
         "The " + entry.type + " of the name has " + std::to_string(count) +
             " characters, and at most " + std::to_string(upper_bound_of(entry.type)) +
             " are allowed; shorten it."});
  }
  if (entry.bytes.front() == ' ' || entry.bytes.back() == ' ') {
    add({"name-surrounding-space",
         "Conclave DESIGN 4",
         "The " + entry.type + " of the name begins or ends with a space; remove it."});
  }
}

void NameCheck::check_country(const Entry& entry) {
  const bool upper = std::all_of(
      entry.bytes.begin(), entry.bytes.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (entry.bytes.size() < 2 || (entry.bytes.size() == 2 && !upper)) {
    add({"name-country",
         "RFC 5280 appendix A.1, ISO 3166-1",
         "The country of the name is not two capital letters (such as DE); correct it."});
  }
}

}  // namespace

std::optional<char32_t> take_character(std::string_view& text) {
  const auto byte_at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte_at(0);
  std::size_t size = 1;
  char32_t character = first;
  char32_t least = 0;
  if (first >= 0xf0 && first <= 0xf4) {
    size = 4;
    character = first & 0x07U;
    least = 0x10000;
  } else if (first >= 0xe0 && first <= 0xef) {
    size = 3;
    character = first & 0x0fU;
    least = 0x800;
  } else if (first >= 0xc2 && first <= 0xdf) {
    size = 2;
    character = first & 0x1fU;
    least = 0x80;
  } else if (first >= 0x80) {
    return std::nullopt;
  }
  if (text.size() < size) {
    return std::nullopt;
  }
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte_at(i) & 0xc0U) != 0x80) {
      return std::nullopt;
    }
    character = character << 6U | (byte_at(i) & 0x3fU);
  }
  if (character < least || character > 0x10ffff || (character >= 0xd800 && character <= 0xdfff)) {
    return std::nullopt;
  }
  text.remove_prefix(size);
  return character;
}

const char* harm_of(char32_t character) {
  const auto* const row =
      std::find_if(kHarmful.begin(), kHarmful.end(), [&](const CharacterRange& each) {
        return character >= each.first && character <= each.last;
      });
  return row == kHarmful.end() ? nullptr : row->harm;
}

std::string shown_safely(std::string_view text) {
  std::string shown;
  const auto show_code = [&](unsigned code) {
    std::array<char, 16> form{};
    const int size = std::snprintf(form.data(), form.size(), "\\u{%02X}", code);
    shown.append(form.data(), static_cast<std::size_t>(size));
  };
  while (!text.empty()) {
    const std::string_view before = text;
    const std::optional<char32_t> character = take_character(text);
    if (!character) {
      show_code(static_cast<unsigned char>(text.front()));
      text.remove_prefix(1);
    } else if (harm_of(*character) != nullptr || *character == ',' || *character == '\\' ||
               *character == '=') {
      show_code(static_cast<unsigned>(*character));
    } else {
      shown += before.substr(0, before.size() - text.size());
    }
  }
  return shown;
}

base::Findings find_name_faults(const DistinguishedName& name, std::string_view field) {
  NameCheck check(field);
  if (const X509NamePtr read = read_name(name.der())) {
    check.check(*read);
  }
  return check.take();
}

}  // namespace ca
