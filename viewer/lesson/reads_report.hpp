#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "app/histogram.hpp"
#include "net/stream/frame_reads.hpp"

namespace jpegwire {

/// Counts values: each of them exactly, as long as no more than kMostDifferent differ.
class CountedValues {
 public:
  static constexpr std::size_t kMostDifferent = 4096;

  void count(std::uint64_t value);

  /// The one in the middle (nearest rank); "about 70300" where it is not known exactly.
  std::string middle() const;

  const Histogram& histogram() const { return histogram_; }

 private:
  bool is_exact() const { return exact_count_ == histogram_.count(); }
  std::uint64_t exact_middle() const;

  Histogram histogram_;
  std::map<std::uint64_t, std::uint64_t> exact_;
  std::uint64_t exact_count_ = 0;
};

/// Counts values and draws as bars of text how often each came, or where they differ much, how
/// often those from one power of two to the next (1, 2, 3 to 4, 5 to 8 and so on).
class Bars {
 public:
  void count(std::uint64_t value);

  const CountedValues& values() const { return values_; }

  /// A line for each bar from the first to the last that has any, indented by two.
  std::string text() const;

 private:
  struct Bar {
    std::string name;
    std::uint64_t count = 0;
  };
  std::vector<Bar> bar_for_each_value() const;
  std::vector<Bar> bar_for_each_power() const;

  CountedValues values_;
  std::array<std::uint64_t, 65> powers_{};
};

/// What --explain tells: how the frames of a run came, and what a reader that takes one read for
/// one frame would have made of them. Bound to one thread.
class ReadsReport {
 public:
  /// A frame whose reads were recorded.
  void add(const FrameReads& reads);

  std::uint64_t frames() const { return size_.histogram().count(); }

  /// Of these, the ones that one read did not bring whole and from their beginning.
  std::uint64_t broken() const { return cut_off_ + begun_late_; }

  /// The report in sentences; `read_bytes` is what one recv asked for at most.
  std::string text(std::size_t read_bytes) const;

 private:
  std::string sizes() const;
  std::string verdict(std::size_t read_bytes) const;

  CountedValues size_;
  Bars reads_per_frame_;
  Bars read_bytes_;
  std::uint64_t reads_of_unknown_size_ = 0;
  std::uint64_t cut_off_ = 0;     // one read brought less than the frame
  std::uint64_t begun_late_ = 0;  // the read that brought its beginning began in an earlier frame
};

}  // namespace jpegwire
