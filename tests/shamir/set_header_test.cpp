#include "shamir/set_header.h"

#include <string>

#include <doctest/doctest.h>

#include "base/digest.h"
#include "support/shamir_custody.h"

using shamir::SetHeader;

namespace {

SetHeader some_header() {
  SetHeader header{.set = custody::some_set(), .secret_bytes = 24};
  header.commitment.fill(0x11);
  header.dealer.fill(0x22);
  return header;
}

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) {
    all += text;
  }
  return all;
}

std::string body() {
  return "format: conclave-set-header-1\nmode: REHEARSAL\n"
         "set-id: a0a1a2a3a4a5a6a7a8a9aaabacadaeaf\ngeneration: 7\nsecret-bytes: 24\n"
         "commitment: " +
         repeated("11", 32) + "\ndealer-key: " + repeated("22", 32) + "\n";
}

std::string with_hash(const std::string& text) {
  return text + "sha256: " + base::sha256_hex(base::bytes_of(text)) + "\n";
}

base::Error refusal(const std::string& text) {
  const auto header = shamir::read_set_header(text);
  REQUIRE_FALSE(header.ok());
  return header.error();
}

std::string changed(const std::string& what, const std::string& by) {
  std::string text = body();
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return with_hash(text.replace(at, what.size(), by));
}

std::string bad_line(const std::string& key) {
  return "this is no set header: the line \"" + key +
         "\" is missing, out of its place or not as it must be; use another copy of it";
}

}  // namespace

TEST_CASE("set header: is written exactly as documented, and read back") {
  const auto text = shamir::write_set_header(some_header());
  REQUIRE(text.ok());
  CHECK(*text == with_hash(body()));
  const auto header = shamir::read_set_header(*text);
  REQUIRE(header.ok());
  CHECK(*header == some_header());
}

TEST_CASE("set header: every mode is written and read") {
  for (const shamir::Mode mode :
       {shamir::Mode::kProduction, shamir::Mode::kRehearsal, shamir::Mode::kDrill}) {
    SetHeader header = some_header();
    header.set.mode = mode;
    const auto text = shamir::write_set_header(header);
    REQUIRE(text.ok());
    CHECK(*shamir::read_set_header(*text) == header);
  }
}

TEST_CASE("set header: every flipped bit is found") {
  const std::string good = with_hash(body());
  int found = 0;
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string text = good;
    text[bit / 8] = static_cast<char>(text[bit / 8] ^ (1 << (bit % 8)));
    found += shamir::read_set_header(text).ok() ? 0 : 1;
  }
  CHECK(found == static_cast<int>(good.size() * 8));
}

TEST_CASE("set header: every cut is found") {
  const std::string good = with_hash(body());
  for (std::size_t size = 0; size < good.size(); ++size) {
    CHECK_FALSE(shamir::read_set_header(good.substr(0, size)).ok());
  }
}

TEST_CASE("set header: the line at fault is named") {
  CHECK(refusal("").message == bad_line("format"));
  CHECK(refusal(changed("header-1", "header-2")).message == bad_line("format"));
  CHECK(refusal(changed("mode: REHEARSAL", "mode: rehearsal")).message == bad_line("mode"));
  CHECK(refusal(changed("a0a1", "A0a1")).message == bad_line("set-id"));
  CHECK(refusal(changed("a0a1", "a0")).message == bad_line("set-id"));
  for (const std::string number : {"0", "07", "+7", "-7", "7 ", "", "4294967296", "x"}) {
    CHECK(refusal(changed("generation: 7", "generation: " + number)).message ==
          bad_line("generation"));
  }
  for (const std::string number : {"14", "34", "23", "0"}) {
    CHECK(refusal(changed("bytes: 24", "bytes: " + number)).message == bad_line("secret-bytes"));
  }
  CHECK(refusal(changed("1111", "11")).message == bad_line("commitment"));
  CHECK(refusal(changed("2222", "22")).message == bad_line("dealer-key"));
  CHECK(refusal(changed("\nmode", "\r\nmode")).message == bad_line("format"));
  CHECK(refusal(with_hash(body()) + "\n").message == bad_line("sha256"));
  CHECK(refusal(body() + "sha256: 00\n").message == bad_line("sha256"));
  CHECK(refusal("\xEF\xBB\xBF" + with_hash(body())).message == bad_line("format"));
}

TEST_CASE("set header: an edited one is noticed") {
  std::string text = with_hash(body());
  text[text.find("1111")] = '2';
  const base::Error error = refusal(text);
  CHECK(error.code == base::ErrorCode::kInconsistent);
  CHECK(error.message ==
        "this set header is damaged or was edited: its hash does not fit; use another copy of it");
}

TEST_CASE("set header: what cannot be is not written") {
  const auto refused = [](auto change) {
    SetHeader header = some_header();
    change(header);
    const auto text = shamir::write_set_header(header);
    return !text.ok() && text.error().message ==
                             "a set header needs a generation from 1 and a secret that fits "
                             "into a share; nothing was written";
  };
  CHECK(refused([](SetHeader& h) { h.set.generation = 0; }));
  for (const std::size_t size : {0U, 14U, 17U, 34U}) {
    CHECK(refused([size](SetHeader& h) { h.secret_bytes = size; }));
  }
}
