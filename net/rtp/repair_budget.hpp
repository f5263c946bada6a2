#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace jpegwire {

/// How much repair the reports of receivers may call for: half as many bytes as the stream itself
/// has, so that no report, forged or not, makes the stream more than 1.5 times as large. Bytes of
/// repair that are not used are kept, but not for long. Bound to one thread.
class RepairBudget {
 public:
  /// The largest number of bytes that are kept: about a large frame.
  static constexpr std::int64_t kMaxBytes = 256'000;

  /// The stream has sent this number of bytes, repairs excluded.
  void add(std::size_t stream_bytes) {
    left_ = std::min(left_ + static_cast<std::int64_t>(stream_bytes / 2), kMaxBytes);
  }

  /// Repairs whose size is known afterwards may exceed the budget; later ones then wait for it.
  void spend(std::size_t repair_bytes) { left_ -= static_cast<std::int64_t>(repair_bytes); }

  bool allows(std::size_t repair_bytes) const {
    return left_ >= static_cast<std::int64_t>(repair_bytes);
  }

 private:
  std::int64_t left_ = 0;
};

}  // namespace jpegwire
