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

}  // namespace

void CountedValues::count(std::uint64_t value) {
  histogram_.record(value);
  if (exact_.size() == kMaxDifferent && !exact_.contains(value)) return;
  ++exact_[value];
  ++exact_count_;
}

std::string CountedValues::median() const {
  if (is_exact()) return fmt::format("{}", exact_median());
  return fmt::format("about {}", static_cast<std::uint64_t>(histogram_.percentile(50).value_or(0)));
}

std::uint64_t CountedValues::exact_median() const {
  std::uint64_t seen = 0;
  for (const auto& [value, times] : exact_) {
    seen += times;
    if (seen >= (exact_count_ + 1) / 2) return value;
  }
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
  constexpr std::uint64_t kMaxLines = 12;
  constexpr std::uint64_t kExactBelow = 256;  // below this the histogram keeps each value
  const std::uint64_t largest = values_.histogram().max().value_or(0);
  const bool is_narrow =
      largest < kExactBelow && largest - smallest(values_.histogram()) < kMaxLines;
  const std::vector<Bar> bars = is_narrow ? bar_for_each_value() : bar_for_each_power();
  std::uint64_t max_count = 1;
  for (const Bar& bar : bars) max_count = std::max(max_count, bar.count);
  std::string text;
  for (const Bar& bar : bars) {
    // Rounded up, so that even the smallest count is visible.
    const std::uint64_t length = (bar.count * kBarWidth + max_count - 1) / max_count;
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
  if (frames() == 0) return "No frame arrived, so there is nothing to explain.\n";
  return fmt::format(
             "{} arrived. Sizes include the prefix of a frame. The median frame has {} bytes; the "
             "median number of reads per frame is {}, the maximum {}.\n\n"
             "Reads per frame, and the number of frames:\n{}\n",
             counted(frames(), "frame"), size_.median(), reads_per_frame_.values().median(),
             reads_per_frame_.values().histogram().max().value_or(0), reads_per_frame_.text()) +
         sizes() + verdict(read_bytes);
}

std::string ReadsReport::sizes() const {
  std::string text =
      fmt::format("Bytes of a frame per read, and the number of reads (median {}):\n{}\n",
                  read_bytes_.values().median(), read_bytes_.text());
  if (reads_of_unknown_size_ > 0)
    text += fmt::format(
        "Only the first {} reads of a frame are recorded one by one; {} after them are not "
        "included here.\n\n",
        FrameReads::kMaxReads - 1, counted(reads_of_unknown_size_, "read"));
  return text;
}

std::string ReadsReport::verdict(std::size_t read_bytes) const {
  std::string text = fmt::format(
      "A reader that treats the result of one recv of {} as a frame would have broken {} of {} "
      "frames ({:.1f} %)",
      counted(read_bytes, "byte"), broken(), frames(),
      100 * static_cast<double>(broken()) / static_cast<double>(frames()));
  if (broken() == 0)
    return text + ". This was luck: it ends with a slower network or a larger picture.\n";
  if (cut_off_ > 0) text += fmt::format(": {} because the read ended before the frame", cut_off_);
  if (begun_late_ > 0)
    text += fmt::format("{} {} because the read began with the end of another frame",
                        cut_off_ > 0 ? "," : ":", begun_late_);
  return text +
         ". recv returns what is there, not what was sent: to receive a frame, read its size "
         "first, "
         "and then loop until that many bytes have arrived.\n";
}

}  // namespace jpegwire
