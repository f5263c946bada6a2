#include "viewer/camera/statistics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <utility>

#include "app/process_usage.hpp"

namespace jpegwire {
namespace {

constexpr std::chrono::seconds kAgesAreRecent{5};

double to_seconds(SteadyTime::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

double rounded(double value) { return std::round(value * 1000) / 1000; }

std::optional<double> in_milliseconds(std::optional<double> time_us) {
  if (time_us) *time_us /= 1000;
  return time_us;
}

std::int64_t known_or_below_zero(std::optional<microseconds> duration) {
  return duration ? std::max<std::int64_t>(duration->count(), 0) : -1;
}

/// Two clocks that are not quite in step may make a short time negative.
void record(Histogram& histogram, std::optional<microseconds> duration) {
  if (duration) histogram.record(static_cast<std::uint64_t>(std::max(duration->count(), {})));
}

nlohmann::json count_or_null(std::optional<double> value) {
  if (!value) return nullptr;
  return static_cast<std::uint64_t>(std::llround(*value));
}

nlohmann::json percentiles_ms(const Histogram& histogram_us, std::span<const int> percents) {
  nlohmann::json result;  // null where nothing was measured
  for (const int percent : percents)
    if (const auto value = histogram_us.percentile(percent))
      result[fmt::format("p{}", percent)] = rounded(*value / 1000);
  return result;
}

constexpr std::array kTwoPercents{50, 99};
constexpr std::array kThreePercents{50, 90, 99};
constexpr int kStepOfDistribution = 5;

nlohmann::json ages_summary(const Histogram& age_us) {
  nlohmann::json ages = percentiles_ms(age_us, kThreePercents);
  if (const auto max = age_us.max()) ages["max"] = static_cast<double>(*max) / 1000;
  if (age_us.count() > 0) ages["frames"] = age_us.count();
  for (int percent = 0; percent <= 100; percent += kStepOfDistribution)
    if (const auto value = age_us.percentile(percent))
      ages["cdf"].push_back(rounded(*value / 1000));
  return ages;
}

}  // namespace

std::uint64_t SequenceGaps::frames_missing_before(const FrameStamp& stamp) {
  const auto last = std::exchange(last_, Position{stamp.stream_id, stamp.sequence});
  if (!last || last->stream_id != stamp.stream_id) return 0;
  // The difference modulo 2^32 is right across the wrap-around; its upper half means backward.
  const std::uint32_t step = stamp.sequence - last->sequence;
  return step == 0 || step >= 0x8000'0000 ? 0 : step - 1;
}

Statistics::Statistics(Clock clock) : clock_(std::move(clock)) { start_ = clock_(); }

void Statistics::begin_again() {
  const std::scoped_lock lock(mutex_);
  static_cast<StatisticsCounts&>(*this) = StatisticsCounts();
  start_ = clock_();
  cpu_seconds_before_ = process_usage().cpu_seconds;
}

void Statistics::read(std::size_t bytes) {
  const std::scoped_lock lock(mutex_);
  read_bytes_.record(bytes);
}

void Statistics::frame_received(std::size_t bytes, std::size_t reads,
                                const std::optional<FrameStamp>& stamp) {
  const std::scoped_lock lock(mutex_);
  bytes_ += bytes;
  reads_per_frame_.record(reads);
  if (reads > 1) ++partial_frames_;
  if (stamp) lost_ += gaps_.frames_missing_before(*stamp);
  const SteadyTime now = clock_();
  recently_received_.add(now, static_cast<std::int64_t>(bytes));
  recent_reads_.add(now, static_cast<std::int64_t>(reads));
}

// A frame of which nothing told its number is counted with the gap that it leaves; a stream without
// numbers leaves none.
void Statistics::frame_given_up(std::size_t bytes, const std::optional<FrameStamp>& stamp,
                                bool is_counted) {
  const std::scoped_lock lock(mutex_);
  bytes_ += bytes;
  recently_received_.add(clock_(), static_cast<std::int64_t>(bytes));
  if (stamp) lost_ += gaps_.frames_missing_before(*stamp);
  if (!is_counted && (stamp || !gaps_.has_begun())) ++lost_;
}

void Statistics::frame_decoded(const DecodedFrame& frame) {
  const std::scoped_lock lock(mutex_);
  const SteadyTime now = clock_();
  ++(frame.is_patched ? patched_ : decoded_);
  if (decoded_ + patched_ == 1)
    first_decoded_ = now;
  else
    record(interval_us_, std::chrono::duration_cast<microseconds>(now - last_decoded_));
  last_decoded_ = now;
  width_ = frame.width;
  height_ = frame.height;
  record(age_us_, frame.age);
  record(encode_us_, frame.encode);
  record(network_us_, frame.network);
  record(decode_us_, frame.decode);
  recent_ages_.add(now, known_or_below_zero(frame.age));
  recent_encode_.add(now, known_or_below_zero(frame.encode));
  recent_network_.add(now, known_or_below_zero(frame.network));
  recent_decode_.add(now, known_or_below_zero(frame.decode));
}

void Statistics::displayed() {
  const std::scoped_lock lock(mutex_);
  ++displayed_;
}

void Statistics::skipped_decode(std::uint64_t frames) {
  const std::scoped_lock lock(mutex_);
  skipped_decode_ += frames;
}

void Statistics::skipped_display(std::uint64_t frames) {
  const std::scoped_lock lock(mutex_);
  skipped_display_ += frames;
}

void Statistics::lost() {
  const std::scoped_lock lock(mutex_);
  ++lost_;
}

void Statistics::corrupt() {
  const std::scoped_lock lock(mutex_);
  ++corrupt_;
}

void Statistics::reconnected() {
  const std::scoped_lock lock(mutex_);
  ++reconnects_;
  gaps_.restart();
}

std::uint64_t Statistics::frames_decoded() const {
  const std::scoped_lock lock(mutex_);
  return decoded_ + patched_;
}

LiveFigures Statistics::live() const {
  const std::scoped_lock lock(mutex_);
  const SteadyTime now = clock_();
  LiveFigures figures;
  figures.frames_per_second = recent_ages_.rates(now).events_per_second;
  figures.age_ms = in_milliseconds(recent_ages_.median(now));
  figures.megabits_per_second = recently_received_.rates(now).amount_per_second * 8 / 1e6;
  figures.width = width_;
  figures.height = height_;
  figures.lost = lost_;
  figures.patched = patched_;
  figures.skipped = skipped_decode_ + skipped_display_;
  add_close_look(figures, now);
  return figures;
}

void Statistics::add_close_look(LiveFigures& figures, SteadyTime now) const {
  figures.age_p50_ms = in_milliseconds(recent_ages_.percentile(now, kAgesAreRecent, 50));
  figures.age_p99_ms = in_milliseconds(recent_ages_.percentile(now, kAgesAreRecent, 99));
  figures.encode_ms = in_milliseconds(recent_encode_.median(now));
  figures.network_ms = in_milliseconds(recent_network_.median(now));
  figures.decode_ms = in_milliseconds(recent_decode_.median(now));
  figures.reads_per_frame = recent_reads_.median(now);
  for (std::size_t age = std::min(recent_ages_.count(), AgeHistory::kMost); age-- > 0;)
    if (const std::int64_t age_us = recent_ages_.newest_amount(age); age_us >= 0)
      figures.age_history.add(static_cast<float>(age_us) / 1000);
}

nlohmann::json Statistics::summary(std::string_view url) const {
  const std::scoped_lock lock(mutex_);
  const ProcessUsage usage = process_usage();
  return {{"url", url},
          {"seconds", rounded(to_seconds(clock_() - start_))},
          {"frames", decoded_},
          {"fps", rounded(frames_per_second())},
          {"bytes", bytes_},
          {"displayed", displayed_},
          {"skipped_decode", skipped_decode_},
          {"skipped_display", skipped_display_},
          {"lost", lost_},
          {"patched", patched_},
          {"corrupt", corrupt_},
          {"reconnects", reconnects_},
          {"idle_seconds", rounded(to_seconds(clock_() - last_decoded_or_start()))},
          {"reads", reads_summary()},
          {"age_ms", ages_summary(age_us_)},
          {"stages_ms", stages_summary()},
          {"interval_ms", percentiles_ms(interval_us_, kTwoPercents)},
          {"width", width_},
          {"height", height_},
          {"cpu_seconds", rounded(usage.cpu_seconds - cpu_seconds_before_)},
          {"peak_rss_kb", usage.peak_rss_kb}};
}

nlohmann::json Statistics::reads_summary() const {
  return {{"per_frame_p50", count_or_null(reads_per_frame_.percentile(50))},
          {"per_frame_max", count_or_null(reads_per_frame_.percentile(100))},
          {"bytes_p50", count_or_null(read_bytes_.percentile(50))},
          {"partial_frames", partial_frames_}};
}

nlohmann::json Statistics::stages_summary() const {
  nlohmann::json stages = nlohmann::json::object();
  const std::pair<const char*, const Histogram&> named[] = {
      {"encode", encode_us_}, {"network", network_us_}, {"decode", decode_us_}};
  for (const auto& [name, histogram] : named)
    if (histogram.count() > 0) stages[name] = percentiles_ms(histogram, kTwoPercents);
  return stages;
}

SteadyTime Statistics::last_decoded_or_start() const {
  return decoded_ + patched_ > 0 ? last_decoded_ : start_;
}

double Statistics::frames_per_second() const {
  const std::uint64_t shown = decoded_ + patched_;
  if (shown < 2 || last_decoded_ == first_decoded_) return 0;
  return static_cast<double>(shown - 1) / to_seconds(last_decoded_ - first_decoded_);
}

}  // namespace jpegwire
