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

/// Counts values, each exactly as long as there are at most kMaxDifferent different ones.
class CountedValues {
 public:
  static constexpr std::size_t kMaxDifferent = 4096;

  void count(std::uint64_t value);

  /// The median (nearest rank); "about 70300" if it is not known exactly.
  std::string median() const;

  const Histogram& histogram() const { return histogram_; }

 private:
  bool is_exact() const { return exact_count_ == histogram_.count(); }
  std::uint64_t exact_median() const;

  Histogram histogram_;
  std::map<std::uint64_t, std::uint64_t> exact_;
  std::uint64_t exact_count_ = 0;
};

/// Counts values and draws a histogram as text: one bar for each value, or if they differ much, one
/// for each range up to a power of two (1, 2, 3 to 4, 5 to 8 and so on).
class Bars {
 public:
  void count(std::uint64_t value);

  const CountedValues& values() const { return values_; }

  /// One line for each bar from the first to the last that is not empty, indented by two spaces.
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

/// The text of --explain: how the frames of a run arrived, and what a reader that treats one read
/// as one frame would have received. Bound to one thread.
class ReadsReport {
 public:
  /// A frame whose reads were recorded.
  void add(const FrameReads& reads);

  std::uint64_t frames() const { return size_.histogram().count(); }

  /// The frames that did not arrive as exactly one read.
  std::uint64_t broken() const { return cut_off_ + begun_late_; }

  /// The report; `read_bytes` is the maximum size of one recv.
  std::string text(std::size_t read_bytes) const;

 private:
  std::string sizes() const;
  std::string verdict(std::size_t read_bytes) const;

  CountedValues size_;
  Bars reads_per_frame_;
  Bars read_bytes_;
  std::uint64_t reads_of_unknown_size_ = 0;
  std::uint64_t cut_off_ = 0;     // the first read returned less than the frame
  std::uint64_t begun_late_ = 0;  // the first read began in an earlier frame
};

}  // namespace jpegwire
