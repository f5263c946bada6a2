#include "app/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

namespace jpegwire {
namespace {

constexpr std::uint64_t kLargest = (std::uint64_t{1} << 40) - 1;

// Every power of two from 2^7 on is cut into 128 buckets of equal width.
constexpr int kStepBits = 7;
constexpr std::uint64_t kSteps = 1 << kStepBits;

/// The number of low bits of a value that its bucket discards.
int forgotten_bits(std::uint64_t value) {
  return std::max(0, static_cast<int>(std::bit_width(value)) - kStepBits - 1);
}

std::size_t bucket_of(std::uint64_t value) {
  const int bits = forgotten_bits(value);
  return static_cast<std::size_t>(kSteps) * static_cast<std::size_t>(bits) +
         static_cast<std::size_t>(value >> bits);
}

/// The middle of the bucket's values.
double value_of(std::size_t bucket) {
  if (bucket < 2 * kSteps) return static_cast<double>(bucket);
  const auto bits = static_cast<int>(bucket / kSteps) - 1;
  const auto first = static_cast<double>((bucket % kSteps + kSteps) << bits);
  const auto last = first + static_cast<double>((std::uint64_t{1} << bits) - 1);
  return (first + last) / 2;
}

}  // namespace

Histogram::Histogram() : buckets_(bucket_of(kLargest) + 1) {}

void Histogram::record(std::uint64_t value) {
  value = std::min(value, kLargest);
  ++buckets_[bucket_of(value)];
  ++count_;
  sum_ += value;
  max_ = std::max(max_, value);
}

std::uint64_t Histogram::count_up_to(std::uint64_t value) const {
  const auto last = static_cast<std::ptrdiff_t>(bucket_of(std::min(value, kLargest)));
  return std::accumulate(buckets_.begin(), buckets_.begin() + last + 1, std::uint64_t{0});
}

std::optional<double> Histogram::percentile(double percent) const {
  if (count_ == 0) return std::nullopt;
  const double rank = std::ceil(percent / 100 * static_cast<double>(count_));
  const auto wanted =
      std::clamp<std::uint64_t>(static_cast<std::uint64_t>(std::max(rank, 1.0)), 1, count_);
  std::uint64_t seen = 0;
  std::size_t bucket = 0;
  while ((seen += buckets_[bucket]) < wanted) ++bucket;
  // The middle of the last bucket may lie above everything that was recorded.
  return std::min(value_of(bucket), static_cast<double>(max_));
}

std::optional<std::uint64_t> Histogram::max() const {
  if (count_ == 0) return std::nullopt;
  return max_;
}

}  // namespace jpegwire
