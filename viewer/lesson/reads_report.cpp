#include "viewer/lesson/reads_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "app/text.hpp"

namespace jpegwire {
namespace {

constexpr std::uint64_t kBarWidth = 40;

std::string name_of_power(std::size_t index) {
  if (index <= 1) return fmt::format("{}", index + 1);
  const std::uint64_t below = std::uint64_t{1} << (index - 1);
  return fmt::format("{} to {}", below + 1, 2 * below);
}

std::uint64_t smallest(const Histogram& histogram) {
  return static_cast<std::uint64_t>(histogram.percentile(0).value_or(0));
}

std::string reads(const std::string& number) {
  return number + (number == "1" ? " read" : " reads");
}

}  // namespace

void CountedValues::count(std::uint64_t value) {
  histogram_.record(value);
  if (exact_.size() == kMostDifferent && !exact_.contains(value)) return;
  ++exact_[value];
  ++exact_count_;
}

std::string CountedValues::middle() const {
  if (is_exact()) return fmt::format("{}", exact_middle());
  return fmt::format("about {}", static_cast<std::uint64_t>(histogram_.percentile(50).value_or(0)));
}

std::uint64_t CountedValues::exact_middle() const {
  std::uint64_t seen = 0;
  for (const auto& [value, times] : exact_)
    if ((seen += times) >= (exact_count_ + 1) / 2) return value;
  return 0;
}

void Bars::count(std::uint64_t value) {
  values_.count(value);
  ++powers_[static_cast<std::size_t>(std::bit_width(std::max<std::uint64_t>(value, 1) - 1))];
}

std::vector<Bars::Bar> Bars::bar_for_each_value() const {
  std::vector<Bar> bars;
  const Histogram& values = values_.histogram();
  for (std::uint64_t value = smallest(values); value <= values.max().value_or(0); ++value) {
    const std::uint64_t below = value == 0 ? 0 : values.count_up_to(value - 1);
    bars.push_back({fmt::format("{}", value), values.count_up_to(value) - below});
  }
  return bars;
}

std::vector<Bars::Bar> Bars::bar_for_each_power() const {
  std::vector<Bar> bars;
  const auto is_used = [](std::uint64_t count) { return count > 0; };
  const auto first = std::ranges::find_if(powers_, is_used);
  const auto end = std::find_if(powers_.rbegin(), powers_.rend(), is_used).base();
  for (auto at = first; at < end; ++at)
    bars.push_back({name_of_power(static_cast<std::size_t>(at - powers_.begin())), *at});
  return bars;
}

std::string Bars::text() const {
  constexpr std::uint64_t kMostLines = 12;
  constexpr std::uint64_t kExactBelow = 256;  // so far the histogram tells each value
  const std::uint64_t largest = values_.histogram().max().value_or(0);
  const bool is_narrow =
      largest < kExactBelow && largest - smallest(values_.histogram()) < kMostLines;
  const std::vector<Bar> bars = is_narrow ? bar_for_each_value() : bar_for_each_power();
  std::uint64_t most = 1;
  for (const Bar& bar : bars) most = std::max(most, bar.count);
  std::string text;
  for (const Bar& bar : bars) {
    // Whatever there is shows, however little.
    const std::uint64_t length = (bar.count * kBarWidth + most - 1) / most;
    text += fmt::format("  {:>20}  {:<40} {}\n", bar.name, std::string(length, '#'), bar.count);
  }
  return text;
}

void ReadsReport::add(const FrameReads& reads) {
  if (reads.list.empty()) return;
  size_.count(reads.size_bytes());
  reads_per_frame_.count(reads.count());
  for (const FrameRead& read : reads.single()) read_bytes_.count(read.bytes);
  reads_of_unknown_size_ += reads.count() - reads.single().size();
  if (reads.bytes_before > 0)
    ++begun_late_;
  else if (!reads.is_one_whole_read())
    ++cut_off_;
}

std::string ReadsReport::text(std::size_t read_bytes) const {
  if (frames() == 0) return "No frame came, so there is nothing to explain.\n";
  return fmt::format(
             "{} came, each with what stands in front of it. The one in the middle had {} bytes; "
             "in the middle a frame took {}, and the most that any took was {}.\n\n"
             "So many reads a frame took, and how many frames did:\n{}\n",
             counted(frames(), "frame"), size_.middle(), reads(reads_per_frame_.values().middle()),
             reads_per_frame_.values().histogram().max().value_or(0), reads_per_frame_.text()) +
         sizes() + verdict(read_bytes);
}

std::string ReadsReport::sizes() const {
  std::string text = fmt::format(
      "So many bytes of a frame a read brought, and how many reads did (in the middle {}):\n{}\n",
      read_bytes_.values().middle(), read_bytes_.text());
  if (reads_of_unknown_size_ > 0)
    text += fmt::format(
        "Of a frame's reads the first {} are told one by one; {} behind them brought the rest, and "
        "are not among these.\n\n",
        FrameReads::kMaxReads - 1, counted(reads_of_unknown_size_, "read"));
  return text;
}

std::string ReadsReport::verdict(std::size_t read_bytes) const {
  std::string text = fmt::format(
      "A reader that takes what one recv of {} returns for a frame would have broken {} of "
      "{} frames ({:.1f} %)",
      counted(read_bytes, "byte"), broken(), frames(),
      100 * static_cast<double>(broken()) / static_cast<double>(frames()));
  if (broken() == 0)
    return text + ". It was lucky: a slower network or a larger picture ends that.\n";
  if (cut_off_ > 0)
    text += fmt::format(": {} because the read ended before the frame did", cut_off_);
  if (begun_late_ > 0)
    text += fmt::format("{} {} because the read brought the end of another frame first",
                        cut_off_ > 0 ? "," : ":", begun_late_);
  return text +
         ". recv returns what is there, not what was sent; the size in front of a frame, and a "
         "loop "
         "until so many bytes have come, make frames of it.\n";
}

}  // namespace jpegwire
