#pragma once

#include <optional>

#include "codec/time.hpp"

namespace jpegwire {

/// Bounds how often a connection is read from, so that a peer that sends without end does not keep
/// the io thread busy: what it sends then waits in the kernel, and TCP stops it. Has no clock;
/// bound to one thread.
class ReadLimit {
 public:
  static constexpr int kMaxReads = 16;  // in a span
  static constexpr milliseconds kSpan{10};

  /// Call this after each read: nothing if the next one may follow at once, otherwise when.
  std::optional<SteadyTime> wait(SteadyTime now) {
    if (now - begin_ >= kSpan) {
      begin_ = now;
      reads_ = 0;
    }
    if (++reads_ < kMaxReads) return std::nullopt;
    return begin_ + kSpan;
  }

 private:
  SteadyTime begin_{};
  int reads_ = 0;
};

}  // namespace jpegwire
