#include "ceremony/evaluation_entries.h"

#include <utility>

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::int64_t kMostPathLength = 16;

}  // namespace

std::string EntryReader::text(std::string_view name) {
  auto value = string_member(entry_.data, name);
  if (!value) {
    fail(value.error().message);
    return {};
  }
  return std::move(value).value();
}

std::string EntryReader::token_text(std::string_view name) {
  const auto found = entry_.data.find("token");
  if (found == entry_.data.end()) {
    fail("\"token\" is missing");
    return {};
  }
  auto value = string_member(*found, name);
  if (!value) {
    fail(value.error().message);
    return {};
  }
  return std::move(value).value();
}

std::string EntryReader::digest(std::string_view name) {
  std::string value = text(name);
  if (!is_sha256_hex(value)) {
    fail("\"" + std::string(name) + "\" is no SHA-256");
  }
  return value;
}

std::uint64_t EntryReader::number(std::string_view name) {
  auto value = number_member(entry_.data, name);
  if (!value) {
    fail(value.error().message);
    return 0;
  }
  return *value;
}

std::int64_t EntryReader::path_length() {
  const auto member = entry_.data.find("path_length");
  if (member == entry_.data.end() || !member->is_number_integer()) {
    fail("the number \"path_length\" is missing");
    return -1;
  }
  const auto value = member->get<std::int64_t>();
  const bool is_too_large =
      member->is_number_unsigned() && member->get<std::uint64_t>() > std::uint64_t{kMostPathLength};
  if (is_too_large || value < -1) {
    fail("\"path_length\" is no length that a path can have");
  }
  return value;
}

base::Date EntryReader::date(std::string_view name) {
  auto value = base::parse_date(text(name));
  if (!value) {
    fail("\"" + std::string(name) + "\" is no date");
    return {};
  }
  return *value;
}

void EntryReader::fail(const std::string& what) {
  if (fault_.empty()) {
    fault_ = what;
  }
}

base::Result<void> EntryReader::finish() const {
  if (fault_.empty()) {
    return {};
  }
  return Error{ErrorCode::kMalformed,
               "record " + record_.id + ", entry " + std::to_string(entry_.i) + ": " + fault_ +
                   "; the record does not follow docs/formats/entries.md"};
}

base::Result<CertificateFact> read_certificate_fact(EntryReader& reader, EntryRef ref) {
  CertificateFact fact{.entry = std::move(ref),
                       .profile = reader.text("profile"),
                       .subject = reader.text("subject"),
                       .public_key = reader.digest("public_key"),
                       .issuer_public_key = reader.digest("issuer_public_key"),
                       .not_before = reader.date("not_before"),
                       .not_after = reader.date("not_after"),
                       .path_length = reader.path_length(),
                       .algorithm = reader.text("algorithm")};
  if (fact.not_after < fact.not_before) {
    reader.fail("\"not_after\" lies before \"not_before\"");
  }
  if (auto done = reader.finish(); !done) {
    return std::move(done).error();
  }
  return fact;
}

base::Result<KeyFact> read_key_fact(EntryReader& reader, EntryRef ref) {
  KeyFact fact{.entry = std::move(ref),
               .algorithm = reader.text("algorithm"),
               .public_key = reader.digest("public_key"),
               .made_in = reader.text("made_in"),
               .manufacturer = reader.token_text("manufacturer"),
               .model = reader.token_text("model"),
               .firmware = reader.token_text("firmware")};
  if (fact.made_in != "token" && fact.made_in != "locked-memory") {
    reader.fail("\"made_in\" is neither \"token\" nor \"locked-memory\"");
  }
  if (auto done = reader.finish(); !done) {
    return std::move(done).error();
  }
  return fact;
}

base::Result<ShareSetFact> read_share_set_fact(EntryReader& reader, EntryRef ref) {
  const std::uint64_t generation = reader.number("generation");
  std::string scheme = reader.text("scheme");
  const std::uint64_t count = reader.number("extra");
  // A number too large for the type is as wrong as one too large for a set.
  auto extra = shamir::SpareShares::of(count < shamir::kMostShares ? static_cast<unsigned>(count)
                                                                   : shamir::kMostShares);
  if (!extra) {
    reader.fail("\"extra\" is no number of spare shares that a set can have");
  }
  if (auto done = reader.finish(); !done) {
    return std::move(done).error();
  }
  return ShareSetFact{.entry = std::move(ref),
                      .generation = generation,
                      .scheme = std::move(scheme),
                      .extra = *extra};
}

}  // namespace ceremony
