#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace jpegwire {

/// Counts values such as microseconds or bytes so that percentiles of a run of any length cost the
/// same 35 kB. Buckets are log-linear, as HdrHistogram's: values below 256 are exact, larger ones
/// within 0.4 %. Values from 2^40 on count as 2^40 - 1. Only the constructor allocates.
/// Bound to one thread.
class Histogram {
 public:
  Histogram();

  void record(std::uint64_t value);

  std::uint64_t count() const { return count_; }

  /// The number of recorded values up to `value`, with the precision of the buckets.
  std::uint64_t count_up_to(std::uint64_t value) const;

  /// The sum of all values.
  std::uint64_t sum() const { return sum_; }

  /// The smallest value that is not below `percent` (0 to 100) of the recorded values; nothing if
  /// there are none.
  std::optional<double> percentile(double percent) const;

  /// The largest value, exact; nothing if there is none.
  std::optional<std::uint64_t> max() const;

 private:
  std::vector<std::uint64_t> buckets_;
  std::uint64_t count_ = 0;
  std::uint64_t sum_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace jpegwire
