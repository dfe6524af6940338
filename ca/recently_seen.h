// ca/recently_seen.h - what was worked out from the last few keys; private to this layer.

#pragma once

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace ca {

// Values by the bytes that they were worked out from. While one certificate is made, each rule asks
// for the same few keys by itself. For any number of threads.
template <typename Value>
class RecentlySeen {
 public:
  [[nodiscard]] std::optional<Value> find(base::ByteView from) const {
    const std::scoped_lock lock(mutex_);
    const auto found = std::ranges::find_if(
        rows_, [&](const Row& row) { return std::ranges::equal(row.from, from); });
    return found == rows_.end() ? std::nullopt : std::optional<Value>(found->value);
  }

  // Takes the place of the oldest.
  void keep(base::ByteView from, Value value) {
    Row row{.from = base::Bytes(from.begin(), from.end()), .value = std::move(value)};
    const std::scoped_lock lock(mutex_);
    if (rows_.size() < kMost) {
      rows_.push_back(std::move(row));
    } else {
      rows_[next_++ % kMost] = std::move(row);
    }
  }

 private:
  struct Row {
    base::Bytes from;
    Value value;
  };
  static constexpr std::size_t kMost = 16;

  mutable std::mutex mutex_;
  std::vector<Row> rows_;
  std::size_t next_ = 0;
};

}  // namespace ca
