#include "base/entropy.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <sodium.h>

namespace base {

namespace {

// Where HealthTest keeps what it remembers of the stream.
constexpr std::size_t kLastByte = 0;
constexpr std::size_t kWindowByte = 1;
constexpr std::size_t kBlock = 2;

// 8 standard deviations of 4096 fair bits (32 each): once in 2^49 by chance.
constexpr std::size_t kBalanceMargin = 256;
constexpr std::size_t kBitsOfByte = 8;

bool is_balanced(ByteView sample) {
  std::array<std::size_t, kBitsOfByte> ones{};
  for (const std::uint8_t byte : sample) {
    for (std::size_t bit = 0; bit < kBitsOfByte; ++bit) {
      ones.at(bit) += (byte >> bit) & 1U;
    }
  }
  const std::size_t half = sample.size() / 2;
  return std::all_of(ones.begin(), ones.end(), [half](std::size_t count) {
    return count + kBalanceMargin > half && count < half + kBalanceMargin;
  });
}

// At every offset, not only at multiples: the period of a broken source is not known.
bool repeats_a_block(ByteView sample) {
  // Only places are sorted, so that no copy of the sample leaves locked memory.
  std::array<std::uint16_t, TestedSource::kStartSampleBytes> places{};
  const std::size_t count = sample.size() - HealthTest::kBlockBytes + 1;
  for (std::size_t place = 0; place < count; ++place) {
    places.at(place) = static_cast<std::uint16_t>(place);
  }
  const auto block_at = [sample](std::uint16_t place) {
    return text_of(sample.subspan(place, HealthTest::kBlockBytes));
  };
  auto* const end = places.begin() + count;
  std::sort(places.begin(), end, [&block_at](std::uint16_t left, std::uint16_t right) {
    return block_at(left) < block_at(right);
  });
  return std::adjacent_find(places.begin(), end, [&](std::uint16_t left, std::uint16_t right) {
           return block_at(left) == block_at(right);
         }) != end;
}

}  // namespace

std::string_view name_of(EntropyTest test) {
  switch (test) {
    case EntropyTest::kLength:
      return "length";
    case EntropyTest::kRepetition:
      return "repetition";
    case EntropyTest::kProportion:
      return "proportion";
    case EntropyTest::kBlock:
      return "repeated block";
    case EntropyTest::kBalance:
      return "balance";
  }
  return "?";
}

std::size_t SodiumSource::fill(std::span<std::uint8_t> target) {
  start_libsodium();
  if (!target.empty()) {
    randombytes_buf(target.data(), target.size());
  }
  return target.size();
}

HealthTest::HealthTest() : memory_(kBlock + kBlockBytes) {}

void HealthTest::fail(EntropyTest test) {
  if (healthy_) {
    healthy_ = false;
    failed_ = test;
  }
}

void HealthTest::take(std::uint8_t byte, std::span<std::uint8_t> memory) {
  run_length_ = run_length_ > 0 && byte == memory[kLastByte] ? run_length_ + 1 : 1;
  memory[kLastByte] = byte;
  if (run_length_ >= kRepetitionCutoff) {
    fail(EntropyTest::kRepetition);
  }
  if (window_position_ == 0) {
    memory[kWindowByte] = byte;
    matches_ = 0;
  }
  matches_ += byte == memory[kWindowByte] ? 1U : 0U;
  window_position_ = (window_position_ + 1) % kProportionWindow;
  if (matches_ >= kProportionCutoff) {
    fail(EntropyTest::kProportion);
  }
}

void HealthTest::compare_block(ByteView bytes, std::span<std::uint8_t> memory) {
  if (bytes.size() < kBlockBytes) {
    return;
  }
  const auto block = memory.subspan(kBlock, kBlockBytes);
  if (has_block_ && sodium_memcmp(block.data(), bytes.data(), kBlockBytes) == 0) {
    fail(EntropyTest::kBlock);
  }
  std::copy_n(bytes.begin(), kBlockBytes, block.begin());
  has_block_ = true;
}

bool HealthTest::passes(ByteView bytes) {
  const SecretBytes::Writer writer = memory_.write();
  for (const std::uint8_t byte : bytes) {
    take(byte, writer.bytes());
  }
  compare_block(bytes, writer.bytes());
  return healthy_;
}

Error TestedSource::failure(EntropyTest test) {
  broken_ = true;
  return Error{ErrorCode::kDeviceFailure,
               "Random source failed its test (" + std::string(name_of(test)) +
                   "); nothing was generated. The source is " + source_->name() +
                   ". Restart this computer, and use another one if it fails again."};
}

Result<TestedSource> TestedSource::start(RandomSource& source) {
  TestedSource tested(source);
  const Result<SecretBytes> sample = tested.draw(kStartSampleBytes);
  if (!sample) {
    return sample.error();
  }
  const SecretBytes::Reader reader = sample->read();
  if (repeats_a_block(reader.bytes())) {
    return tested.failure(EntropyTest::kBlock);
  }
  if (!is_balanced(reader.bytes())) {
    return tested.failure(EntropyTest::kBalance);
  }
  return tested;
}

Result<SecretBytes> TestedSource::draw(std::size_t size) {
  if (broken_) {
    return Error{ErrorCode::kDeviceFailure,
                 "Random source " + source_->name() +
                     " failed its test before, so nothing was generated. Restart this computer."};
  }
  Result<SecretBytes> drawn = SecretBytes::make(size);
  if (!drawn) {
    return drawn;
  }
  const SecretBytes::Writer writer = drawn->write();
  if (source_->fill(writer.bytes()) != size) {
    return failure(EntropyTest::kLength);
  }
  if (!health_.passes(writer.bytes())) {
    return failure(health_.failed());
  }
  return drawn;
}

Result<DiceRolls> DiceRolls::parse(const SecretBytes& digits) {
  const SecretBytes::Reader reader = digits.read();
  unsigned bad = 0;
  for (const std::uint8_t digit : reader.bytes()) {
    // The top bit of a difference is set where it is negative.
    const unsigned value = digit;
    bad |= (value - unsigned{'1'}) | (unsigned{'6'} - value);
  }
  if ((bad >> 31) != 0) {
    return Error{ErrorCode::kMalformed,
                 "A roll of the dice is a digit from 1 to 6, and one of these is not. Type the "
                 "rolls again."};
  }
  return DiceRolls(SecretBytes::copy_of(reader.bytes()));
}

Result<SecretBytes> mix(const SecretBytes& system, const DiceRolls& dice) {
  constexpr std::array<std::uint8_t, crypto_generichash_blake2b_PERSONALBYTES> kPersonal = {
      'C', 'o', 'n', 'c', 'l', 'a', 'v', 'e', 'D', 'i', 'c', 'e', 'M', 'i', 'x', '1'};
  if (system.size() < crypto_generichash_blake2b_BYTES_MIN ||
      system.size() > crypto_generichash_blake2b_BYTES_MAX || dice.count() == 0) {
    return Error{ErrorCode::kInvalidArgument,
                 "Dice are mixed into 16 to 64 random bytes, and there must be at least one roll."};
  }
  Result<SecretBytes> mixed = SecretBytes::make(system.size());
  if (!mixed) {
    return mixed;
  }
  const SecretBytes::Reader key = system.read();
  const SecretBytes::Reader rolls = dice.digits().read();
  const SecretBytes::Writer out = mixed->write();
  const int outcome = crypto_generichash_blake2b_salt_personal(out.bytes().data(),
                                                               out.bytes().size(),
                                                               rolls.bytes().data(),
                                                               rolls.bytes().size(),
                                                               key.bytes().data(),
                                                               key.bytes().size(),
                                                               nullptr,
                                                               kPersonal.data());
  if (outcome != 0) {
    return Error{ErrorCode::kDeviceFailure,
                 "The dice could not be mixed in; nothing was generated. Restart this computer."};
  }
  return mixed;
}

}  // namespace base
