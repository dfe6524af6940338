// base/entropy.h - sources of randomness that are tested before and while they are used.
//
// A dead generator goes unnoticed by libsodium and by OpenSSL alike: with a getrandom() that gives
// zeros both hand out zeros and report success. Source: NIST SP 800-90B sections 4.3 and 4.4
// (repetition count, adaptive proportion), with 8 bits of entropy asked of each byte and a false
// alarm once in 2^40; beside them two tests for what those two do not see: a source that repeats
// whole blocks, and a bit that leans to one side.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret_bytes.h"

namespace base {

// Whatever gives random bytes. The layer ca has one for OpenSSL, which base does not link.
class RandomSource {
 public:
  RandomSource() = default;
  virtual ~RandomSource() = default;
  RandomSource(const RandomSource&) = delete;
  RandomSource& operator=(const RandomSource&) = delete;

  // For messages: "libsodium".
  [[nodiscard]] virtual std::string name() const = 0;

  // Gives how many bytes of `target` it filled; less than all of them is a failure.
  [[nodiscard]] virtual std::size_t fill(std::span<std::uint8_t> target) = 0;
};

// libsodium, which asks the kernel.
class SodiumSource final : public RandomSource {
 public:
  [[nodiscard]] std::string name() const override { return "libsodium"; }
  [[nodiscard]] std::size_t fill(std::span<std::uint8_t> target) override;
};

// Which test a source failed.
enum class EntropyTest {
  kLength,      // it gave fewer bytes than it was asked for
  kRepetition,  // one byte came too often in a row (SP 800-90B section 4.4.1)
  kProportion,  // one byte came too often in 512 (SP 800-90B section 4.4.2)
  kBlock,       // 16 bytes in a row came twice
  kBalance,     // one of the 8 bits of a byte leans to one side
};

// "length", "repetition", "proportion", "repeated block", "balance".
[[nodiscard]] std::string_view name_of(EntropyTest test);

// The continuous tests of SP 800-90B section 4.3. Holds a few bytes of the stream, as secrets.
class HealthTest {
 public:
  // SP 800-90B section 4.4 with H = 8 and a false alarm once in 2^40.
  static constexpr std::size_t kRepetitionCutoff = 6;
  static constexpr std::size_t kProportionWindow = 512;
  static constexpr std::size_t kProportionCutoff = 19;
  static constexpr std::size_t kBlockBytes = 16;

  HealthTest();

  // True as long as no test failed; once false it stays false, and failed() says which test.
  [[nodiscard]] bool passes(ByteView bytes);
  [[nodiscard]] EntropyTest failed() const { return failed_; }

 private:
  void take(std::uint8_t byte, std::span<std::uint8_t> memory);
  void compare_block(ByteView bytes, std::span<std::uint8_t> memory);
  void fail(EntropyTest test);

  SecretBytes memory_;  // the byte before, the window's first byte, the last draw's first block
  std::size_t run_length_ = 0;
  std::size_t window_position_ = 0;
  std::size_t matches_ = 0;
  bool has_block_ = false;
  bool healthy_ = true;
  EntropyTest failed_ = EntropyTest::kLength;
};

// A source that passed its test at start and is tested with every draw.
class TestedSource {
 public:
  static constexpr std::size_t kStartSampleBytes = 4096;

  // Draws kStartSampleBytes, tests them and throws them away. `source` must outlive the object.
  // Errors: kDeviceFailure: "Random source failed its test (TEST); nothing was generated. ...".
  static Result<TestedSource> start(RandomSource& source);

  // Nothing of a draw that fails is handed out, and after one failure nothing ever is.
  // Errors: kDeviceFailure.
  Result<SecretBytes> draw(std::size_t size);

 private:
  explicit TestedSource(RandomSource& source) : source_(&source) {}

  Error failure(EntropyTest test);

  RandomSource* source_;
  HealthTest health_;
  bool broken_ = false;
};

// Rolls of a six-sided die: one byte each, '1' to '6'. About 2.58 bits a roll.
class DiceRolls {
 public:
  static constexpr std::size_t kRollsFor256Bits = 100;

  // Constant time but for the answer. Errors: kMalformed; the message shows no roll.
  static Result<DiceRolls> parse(const SecretBytes& digits);

  [[nodiscard]] std::size_t count() const { return digits_.size(); }
  [[nodiscard]] const SecretBytes& digits() const { return digits_; }

 private:
  explicit DiceRolls(SecretBytes digits) : digits_(std::move(digits)) {}

  SecretBytes digits_;
};

// As many bytes as `system` has: BLAKE2b keyed with `system` over the rolls, personal
// "ConclaveDiceMix1". Nobody can predict it who lacks either of the two.
// Errors: kInvalidArgument where `system` has not 16 to 64 bytes or there are no rolls.
Result<SecretBytes> mix(const SecretBytes& system, const DiceRolls& dice);

}  // namespace base
