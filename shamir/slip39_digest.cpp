#include "shamir/slip39_digest.h"

#include <algorithm>
#include <utility>

#include <sodium.h>

#include "shamir/slip39_fields.h"
#include "shamir/verdict.h"

namespace shamir::slip39 {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::SecretBytes;

constexpr std::uint8_t kSecretAt = 255;
constexpr std::uint8_t kDigestAt = 254;
constexpr std::size_t kDigestSize = 4;

// The digest of `secret` under the key R: four bytes.
SecretBytes digest_of(const SecretBytes& secret, std::span<const std::uint8_t> key) {
  const SecretBytes::Reader message = secret.read();
  SecretBytes tag(crypto_auth_hmacsha256_BYTES);
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, key.data(), key.size());
  crypto_auth_hmacsha256_update(&state, message.bytes().data(), message.bytes().size());
  crypto_auth_hmacsha256_final(&state, tag.write().bytes().data());
  sodium_memzero(&state, sizeof state);
  return SecretBytes::copy_of(tag.read().bytes().first(kDigestSize));
}

// Digest and R, as they stand at x = 254.
Result<SecretBytes> digest_share(const SecretBytes& secret, const RandomSource& random) {
  const std::size_t key_size = secret.size() - kDigestSize;
  const SecretBytes key = random(key_size);
  if (key.size() != key_size) {
    return Error{ErrorCode::kDeviceFailure,
                 "the source of randomness gave another number of bytes than was asked for; stop "
                 "and have this machine examined"};
  }
  const SecretBytes::Reader key_reader = key.read();
  const SecretBytes digest = digest_of(secret, key_reader.bytes());
  const SecretBytes::Reader digest_reader = digest.read();
  SecretBytes share(secret.size());
  const SecretBytes::Writer writer = share.write();
  const auto behind =
      std::copy(digest_reader.bytes().begin(), digest_reader.bytes().end(), writer.bytes().begin());
  std::copy(key_reader.bytes().begin(), key_reader.bytes().end(), behind);
  return share;
}

// What a set of points gives at 255 and at 254.
struct Recovered {
  const SecretBytes& secret;
  const SecretBytes& digest_share;
};

bool digest_agrees(const Recovered& recovered) {
  const SecretBytes::Reader reader = recovered.digest_share.read();
  const SecretBytes digest = digest_of(recovered.secret, reader.bytes().subspan(kDigestSize));
  return public_verdict(digest.equals(SecretBytes::copy_of(reader.bytes().first(kDigestSize))));
}

Error refused(const char* message) {
  return Error{ErrorCode::kInvalidArgument, message};
}

}  // namespace

Result<void> check_level(const Level& level) {
  if (level.threshold == 0 || level.threshold > level.indices.size()) {
    return refused(
        "the number of shares or groups needed is zero or larger than the number made, so the "
        "secret could never be opened; correct the plan");
  }
  if (level.threshold == 1 && level.indices.size() > 1) {
    return refused(
        "one share alone would open its group, so SLIP-39 allows no second one; give copies of the "
        "one share instead, or let two be needed");
  }
  const auto outside = [](std::uint8_t index) { return index >= kPoints; };
  std::vector<std::uint8_t> sorted = level.indices;
  std::sort(sorted.begin(), sorted.end());
  if (std::any_of(sorted.begin(), sorted.end(), outside) ||
      std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
    return refused(
        "the places of the shares are not different ones of the sixteen that SLIP-39 has; correct "
        "the plan");
  }
  return {};
}

Result<std::vector<Point>> split_level(const SecretBytes& secret, const Level& level) {
  if (auto allowed = check_level(level); !allowed) {
    return std::move(allowed).error();
  }
  if (level.threshold == 1) {
    std::vector<Point> only;
    only.push_back(
        Point{.x = level.indices.front(), .y = SecretBytes::copy_of(secret.read().bytes())});
    return only;
  }
  const auto digest = digest_share(secret, level.random);
  if (!digest) {
    return digest.error();
  }
  const std::vector<PointView> fixed = {{.x = kSecretAt, .y = &secret},
                                        {.x = kDigestAt, .y = &*digest}};
  return split(
      fixed,
      SplitPlan{.threshold = level.threshold, .points_at = level.indices, .random = level.random});
}

Result<SecretBytes> recover_level(std::span<const PointView> points) {
  if (points.size() == 1) {
    return SecretBytes::copy_of(points.front().y->read().bytes());
  }
  auto secret = interpolate(points, kSecretAt);
  if (!secret) {
    return secret;
  }
  const auto digest = interpolate(points, kDigestAt);
  if (!digest) {
    return digest.error();
  }
  if (!digest_agrees({.secret = *secret, .digest_share = *digest})) {
    return Error{ErrorCode::kInconsistent, "the digest does not agree"};
  }
  return secret;
}

}  // namespace shamir::slip39
