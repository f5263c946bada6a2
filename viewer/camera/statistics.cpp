#include "viewer/camera/statistics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <span>
#include <string>
#include <utility>

#include "app/process_usage.hpp"
#include "net/stream/refusal_log.hpp"

namespace jpegwire {
namespace {

constexpr std::chrono::seconds kAgesAreRecent{5};

double rounded(double value) { return std::round(value * 1000) / 1000; }

std::optional<double> in_milliseconds(std::optional<double> time_us) {
  if (time_us) *time_us /= 1000;
  return time_us;
}

/// Two clocks that are slightly out of step may make a short time negative.
std::optional<std::int64_t> count_us(std::optional<microseconds> duration) {
  if (!duration) return std::nullopt;
  return std::max<std::int64_t>(duration->count(), 0);
}

void record(Histogram& histogram, std::optional<std::int64_t> value) {
  if (value) histogram.record(static_cast<std::uint64_t>(*value));
}

nlohmann::json count_or_null(std::optional<double> value) {
  if (!value) return nullptr;
  return static_cast<std::uint64_t>(std::llround(*value));
}

nlohmann::json percentiles_ms(const Histogram& histogram_us, std::span<const int> percents) {
  nlohmann::json result;  // null if nothing was measured
  for (const int percent : percents)
    if (const auto value = histogram_us.percentile(percent))
      result[fmt::format("p{}", percent)] = rounded(*value / 1000);
  return result;
}

/// Of values in units of which `unit` make one of the summary's; null if there are none.
nlohmann::json range_summary(const Histogram& histogram, double unit) {
  nlohmann::json result;
  const std::pair<const char*, std::optional<double>> figures[] = {
      {"p50", histogram.percentile(50)},
      {"min", histogram.percentile(0)},
      {"max", histogram.percentile(100)}};
  for (const auto& [name, value] : figures)
    if (value) result[name] = rounded(*value / unit);
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
  // The difference modulo 2^32 is right across the wrap-around; the upper half means backward.
  const std::uint32_t step = stamp.sequence - last->sequence;
  return step == 0 || step >= 0x8000'0000 ? 0 : step - 1;
}

Statistics::Statistics(Clock clock) : clock_(std::move(clock)) { counts_.start = clock_(); }

void Statistics::reset() {
  Counts fresh{.start = clock_(), .cpu_seconds_before = process_usage().cpu_seconds};
  fresh.timeline.reserve(max_timeline_);
  const std::scoped_lock lock(mutex_);
  std::swap(counts_, fresh);
}

void Statistics::keep_timeline(std::size_t frames) {
  max_timeline_ = frames;
  counts_.timeline.reserve(frames);
}

void Statistics::read(std::size_t bytes) {
  const std::scoped_lock lock(mutex_);
  counts_.read_bytes.record(bytes);
}

void Statistics::frame_received(std::size_t bytes, std::size_t reads,
                                const std::optional<FrameStamp>& stamp) {
  const std::scoped_lock lock(mutex_);
  counts_.bytes += bytes;
  counts_.reads_per_frame.record(reads);
  if (reads > 1) ++counts_.partial_frames;
  const SteadyTime now = clock_();
  if (stamp) {
    const std::uint64_t missing = counts_.gaps.frames_missing_before(*stamp);
    counts_.note_lost(now, missing);
    if (missing > 0) link_.frames_missing(now);
  }
  if (stamp || packets_.received > 0) counts_.recent_frames.add(now, 1, 0);  // else none is missed
  counts_.recently_received.add(now, static_cast<std::int64_t>(bytes));
  counts_.recent_reads.add(now, static_cast<std::int64_t>(reads));
}

void Statistics::frame_arrived(const FrameArrived& frame) {
  const std::scoped_lock lock(mutex_);
  link_.frame_arrived(frame);
  if (const std::optional<double> rate = link_.megabits_per_second())
    counts_.link_kbit.record(static_cast<std::uint64_t>(*rate * 1000));
  if (frame.quality) counts_.quality.record(static_cast<std::uint64_t>(*frame.quality));
}

// A frame whose number is unknown is counted by the gap that it leaves; only a stream without
// numbers leaves none.
void Statistics::frame_given_up(std::size_t bytes, const std::optional<FrameStamp>& stamp,
                                bool is_counted) {
  const std::scoped_lock lock(mutex_);
  counts_.bytes += bytes;
  const SteadyTime now = clock_();
  counts_.recently_received.add(now, static_cast<std::int64_t>(bytes));
  if (stamp) counts_.note_lost(now, counts_.gaps.frames_missing_before(*stamp));
  if (!is_counted && (stamp || !counts_.gaps.has_begun())) counts_.note_lost(now, 1);
}

void Statistics::Counts::note_lost(SteadyTime now, std::uint64_t frames) {
  lost += frames;
  recent_frames.add(now, 0, static_cast<std::int64_t>(frames));
}

void Statistics::frame_decoded(const DecodedFrame& frame) {
  const std::scoped_lock lock(mutex_);
  const SteadyTime now = clock_();
  last_shown_ = now;
  refusals_ = {};
  ++(frame.is_patched ? counts_.patched : counts_.decoded);
  if (frame.lacks_packets) counts_.recent_frames.add(now, 0, 1);
  if (frame.no_signal) ++counts_.no_signal;
  if (counts_.shown_frames() == 1)
    counts_.first_decoded = now;
  else
    record(counts_.interval_us,
           count_us(std::chrono::duration_cast<microseconds>(now - counts_.last_decoded)));
  counts_.last_decoded = now;
  counts_.width = frame.width;
  counts_.height = frame.height;
  const auto note = [now](Histogram& all, RecentEvents& recent,
                          std::optional<microseconds> duration) {
    record(all, count_us(duration));
    recent.add(now, count_us(duration));
  };
  if (counts_.timeline.size() < max_timeline_)
    counts_.timeline.push_back({frame.decoded, frame.age});
  record(counts_.age_us, count_us(frame.age));
  note(counts_.oldest_age_us, counts_.recent_ages, frame.oldest_age);
  note(counts_.encode_us, counts_.recent_encode, frame.encode);
  note(counts_.network_us, counts_.recent_network, frame.network);
  note(counts_.decode_us, counts_.recent_decode, frame.decode);
}

void Statistics::displayed() {
  const std::scoped_lock lock(mutex_);
  ++counts_.displayed;
}

void Statistics::skipped_decode(std::uint64_t frames) {
  const std::scoped_lock lock(mutex_);
  counts_.skipped_decode += frames;
}

void Statistics::skipped_display(std::uint64_t frames) {
  const std::scoped_lock lock(mutex_);
  counts_.skipped_display += frames;
}

void Statistics::skipped_waited(std::uint64_t frames) {
  const std::scoped_lock lock(mutex_);
  counts_.skipped_waited += frames;
}

void Statistics::skipped_frozen() {
  const std::scoped_lock lock(mutex_);
  ++counts_.skipped_frozen;
}

void Statistics::lost() {
  const std::scoped_lock lock(mutex_);
  counts_.note_lost(clock_(), 1);
}

void Statistics::refused(JpegVerdict verdict) {
  const std::scoped_lock lock(mutex_);
  ++counts_.refused[static_cast<std::size_t>(verdict)];
  refusals_.add(verdict);
}

void Statistics::packet_refused(const RefusedPacket& packet) {
  const std::scoped_lock lock(mutex_);
  ++counts_.refused_packets[static_cast<std::size_t>(packet.fault)];
  refusals_.add(packet);
}

void Statistics::reconnected() {
  const std::scoped_lock lock(mutex_);
  ++counts_.reconnects;
  counts_.gaps.reset();
  link_.restart();
}

void Statistics::packets(const PacketCounts& counts) {
  const std::scoped_lock lock(mutex_);
  const auto step = [](std::uint64_t before, std::uint64_t now) {
    return static_cast<std::int64_t>(now) - static_cast<std::int64_t>(before);
  };
  counts_.recent_packets.add(clock_(), step(packets_.received, counts.received),
                             step(packets_.lost, counts.lost));
  packets_ = counts;
}

std::uint64_t Statistics::frames_decoded() const {
  const std::scoped_lock lock(mutex_);
  return counts_.shown_frames();
}

SteadyTime Statistics::last_shown() const {
  const std::scoped_lock lock(mutex_);
  return last_shown_;
}

std::optional<Refusals> Statistics::refusals() const {
  const std::scoped_lock lock(mutex_);
  return refusals_.empty() ? std::nullopt : std::optional(refusals_);
}

LiveFigures Statistics::live(PictureSize shown) const {
  const std::scoped_lock lock(mutex_);
  const SteadyTime now = clock_();
  LiveFigures figures;
  figures.frames_per_second = counts_.recent_ages.rates(now).events_per_second;
  figures.age_ms = in_milliseconds(counts_.recent_ages.median(now));
  figures.megabits_per_second = counts_.recently_received.rates(now).amount_per_second * 8 / 1e6;
  figures.width = counts_.width;
  figures.height = counts_.height;
  figures.link = link_.limit(shown, now);
  figures.lost = counts_.lost;
  figures.patched = counts_.patched;
  figures.skipped = counts_.skipped_decode + counts_.skipped_display + counts_.skipped_waited;
  figures.frozen = counts_.skipped_frozen;
  figures.loss_percent = counts_.recent_frames.percent(now);
  figures.packet_loss_percent = counts_.recent_packets.percent(now);
  figures.is_repaired = packets_.recovered > 0;
  figures.refusals = refusals_;
  counts_.add_details(figures, now);
  return figures;
}

void Statistics::Counts::add_details(LiveFigures& figures, SteadyTime now) const {
  figures.age_p50_ms = in_milliseconds(recent_ages.percentile(now, kAgesAreRecent, 50));
  figures.age_p99_ms = in_milliseconds(recent_ages.percentile(now, kAgesAreRecent, 99));
  figures.encode_ms = in_milliseconds(recent_encode.median(now));
  figures.network_ms = in_milliseconds(recent_network.median(now));
  figures.decode_ms = in_milliseconds(recent_decode.median(now));
  figures.reads_per_frame = recent_reads.median(now);
  for (std::size_t age = std::min(recent_ages.count(), AgeHistory::kMaxAges); age-- > 0;)
    if (const auto known_us = recent_ages.newest_amount(age))
      figures.age_history.add(static_cast<float>(*known_us) / 1000);
}

nlohmann::json Statistics::summary(std::string_view url) const {
  const std::scoped_lock lock(mutex_);
  const ProcessUsage usage = process_usage();
  const SteadyTime idle_since = counts_.shown_frames() > 0 ? counts_.last_decoded : counts_.start;
  return {{"url", url},
          {"seconds", rounded(to_seconds(clock_() - counts_.start))},
          {"frames", counts_.decoded},
          {"fps", rounded(counts_.frames_per_second())},
          {"bytes", counts_.bytes},
          {"displayed", counts_.displayed},
          {"skipped_decode", counts_.skipped_decode},
          {"skipped_display", counts_.skipped_display},
          {"skipped_waited", counts_.skipped_waited},
          {"skipped_frozen", counts_.skipped_frozen},
          {"lost", counts_.lost},
          {"patched", counts_.patched},
          {"no_signal", counts_.no_signal},
          {"corrupt",
           std::accumulate(counts_.refused.begin(), counts_.refused.end(), std::uint64_t{0})},
          {"refused", counts_by_name<JpegVerdict>(counts_.refused)},
          {"reconnects", counts_.reconnects},
          {"idle_seconds", rounded(to_seconds(clock_() - idle_since))},
          {"reads", counts_.reads_summary()},
          {"age_ms", ages_summary(counts_.age_us)},
          {"oldest_age_ms", percentiles_ms(counts_.oldest_age_us, kTwoPercents)},
          {"stages_ms", counts_.stages_summary()},
          {"interval_ms", percentiles_ms(counts_.interval_us, kTwoPercents)},
          {"rate_mbit", range_summary(counts_.link_kbit, 1000)},
          {"quality", range_summary(counts_.quality, 1)},
          {"width", counts_.width},
          {"height", counts_.height},
          {"cpu_seconds", rounded(usage.cpu_seconds - counts_.cpu_seconds_before)},
          {"peak_rss_kb", usage.peak_rss_kb}};
}

nlohmann::json Statistics::timeline() const {
  const std::scoped_lock lock(mutex_);
  nlohmann::json frames = nlohmann::json::array();
  for (const Moment& frame : counts_.timeline) {
    nlohmann::json age_ms;
    if (const auto age_us = count_us(frame.age)) age_ms = static_cast<double>(*age_us) / 1000;
    frames.push_back({to_seconds(frame.decoded.time_since_epoch()), std::move(age_ms)});
  }
  return frames;
}

nlohmann::json Statistics::refused_packets() const {
  const std::scoped_lock lock(mutex_);
  return counts_by_name<PacketFault>(counts_.refused_packets);
}

nlohmann::json Statistics::Counts::reads_summary() const {
  return {{"per_frame_p50", count_or_null(reads_per_frame.percentile(50))},
          {"per_frame_max", count_or_null(reads_per_frame.percentile(100))},
          {"bytes_p50", count_or_null(read_bytes.percentile(50))},
          {"partial_frames", partial_frames}};
}

nlohmann::json Statistics::Counts::stages_summary() const {
  nlohmann::json stages = nlohmann::json::object();
  const std::pair<const char*, const Histogram&> named[] = {
      {"encode", encode_us}, {"network", network_us}, {"decode", decode_us}};
  for (const auto& [name, histogram] : named)
    if (histogram.count() > 0) stages[name] = percentiles_ms(histogram, kTwoPercents);
  return stages;
}

double Statistics::Counts::frames_per_second() const {
  if (shown_frames() < 2 || last_decoded == first_decoded) return 0;
  return static_cast<double>(shown_frames() - 1) / to_seconds(last_decoded - first_decoded);
}

}  // namespace jpegwire
