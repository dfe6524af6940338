#include "shamir/slip39_cipher.h"

#include <array>

#include <openssl/evp.h>

#include "support/shamir_secrets.h"

using base::ErrorCode;
using base::SecretBytes;
using shamir::Extendable;
using shamir::slip39::CipherFields;
using shamir::slip39::decrypt;
using shamir::slip39::encrypt;
using shamir::slip39::pbkdf2_block;
using shamir_test::hex;
using shamir_test::refusal;
using shamir_test::require;
using shamir_test::secret;
using shamir_test::text;

TEST_CASE("PBKDF2: the example of RFC 7914 section 11") {
  // Source: RFC 7914 section 11, the first 32 of 64 bytes.
  CHECK(hex(pbkdf2_block({.password = secret("passwd"), .salt = secret("salt")}, 1)) ==
        "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc");
  CHECK(hex(pbkdf2_block({.password = secret("Password"), .salt = secret("NaCl")}, 80000)) ==
        "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56");
}

TEST_CASE("PBKDF2: OpenSSL gives the same for every length of password and salt up to 130") {
  for (std::size_t size = 0; size <= 130; ++size) {
    const SecretBytes password = SecretBytes::random(size);
    const SecretBytes salt = SecretBytes::random(130 - size);
    const std::string password_text = text(password);
    const auto salt_bytes = shamir_test::bytes(salt);
    std::vector<std::uint8_t> expected(32);
    REQUIRE(PKCS5_PBKDF2_HMAC(password_text.data(),
                              static_cast<int>(size),
                              salt_bytes.data(),
                              static_cast<int>(salt_bytes.size()),
                              3,
                              EVP_sha256(),
                              32,
                              expected.data()) == 1);
    REQUIRE(hex(pbkdf2_block({.password = password, .salt = salt}, 3)) == hex(secret(expected)));
  }
}

TEST_CASE("cipher: decryption takes encryption back, for every length and both forms") {
  const SecretBytes passphrase = secret("a passphrase ~ of SLIP-39");
  for (std::size_t size = 16; size <= 64; size += 8) {
    for (const Extendable form : {Extendable::kNo, Extendable::kYes}) {
      const CipherFields fields{.passphrase = passphrase, .extendable = form, .identifier = 0x1234};
      const SecretBytes master = SecretBytes::random(size);
      const SecretBytes encrypted = require(encrypt(master, fields));
      CHECK(encrypted.size() == size);
      CHECK(!encrypted.equals(master));
      CHECK(require(decrypt(encrypted, fields)).equals(master));
    }
  }
}

TEST_CASE("cipher: passphrase, form, exponent, and the identifier of the older form take part") {
  const SecretBytes empty(0);
  const SecretBytes other = secret("x");
  const SecretBytes master = SecretBytes::random(16);
  const auto encrypted = [&master](const CipherFields& fields) {
    return hex(require(encrypt(master, fields)));
  };
  const std::string extendable = encrypted({.passphrase = empty, .identifier = 1});
  CHECK(extendable == encrypted({.passphrase = empty, .identifier = 2}));
  CHECK(extendable != encrypted({.passphrase = other, .identifier = 1}));
  CHECK(extendable != encrypted({.passphrase = empty, .identifier = 1, .iteration_exponent = 1}));
  const CipherFields older{.passphrase = empty, .extendable = Extendable::kNo, .identifier = 1};
  CHECK(extendable != encrypted(older));
  CHECK(encrypted(older) !=
        encrypted({.passphrase = empty, .extendable = Extendable::kNo, .identifier = 2}));
}

TEST_CASE("cipher: what SLIP-39 does not allow is refused") {
  const SecretBytes empty(0);
  const SecretBytes master = SecretBytes::random(16);
  for (const std::size_t size : {0U, 2U, 15U, 17U, 66U}) {
    CHECK(refusal(encrypt(SecretBytes(size), {.passphrase = empty})).code ==
          ErrorCode::kInvalidArgument);
  }
  CHECK(refusal(encrypt(master, {.passphrase = empty, .iteration_exponent = 16})).code ==
        ErrorCode::kInvalidArgument);
  CHECK(refusal(encrypt(master, {.passphrase = empty, .identifier = 0x8000})).code ==
        ErrorCode::kInvalidArgument);
  std::vector<std::uint8_t> printable;
  for (unsigned number = 0; number < 256; ++number) {
    const auto letter = static_cast<std::uint8_t>(number);
    if (letter >= 32 && letter <= 126) {
      printable.push_back(letter);
      continue;
    }
    const SecretBytes passphrase = secret(std::vector<std::uint8_t>{'a', letter, 'b'});
    CHECK(refusal(encrypt(master, {.passphrase = passphrase})).code == ErrorCode::kInvalidArgument);
  }
  REQUIRE(printable.size() == 95);
  CHECK(encrypt(master, {.passphrase = secret(printable)}).ok());
}
