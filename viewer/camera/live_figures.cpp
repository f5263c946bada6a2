#include "viewer/camera/live_figures.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

namespace jpegwire {

namespace {

std::string describe_percent(double percent) {
  return fmt::format("{:.{}f} %", percent, percent < 9.95 ? 1 : 0);
}

// Of an estimate, fewer digits.
std::string describe_limit(const LinkLimit& link) {
  const double rate = link.megabits_per_second;
  return fmt::format("{}: this link carries {:.{}f} Mbit/s",
                     link.quality ? fmt::format(" q{}", *link.quality) : "", rate,
                     rate < 9.5 ? 1 : 0);
}

/// Figures that are shown only if there is something to say.
std::vector<std::string> exceptions(const LiveFigures& figures) {
  std::vector<std::string> words;
  if (figures.patched > 0) words.push_back(describe_patched(figures));
  if (has_loss(figures)) words.push_back("loss " + describe_losses(figures));
  if (is_loss_of_network(figures)) words.push_back(describe_remedy(figures));
  if (!figures.refusals.empty()) words.push_back(describe(figures.refusals));
  if (figures.last_picture) words.push_back(describe_last_picture(figures));
  if (figures.recording) words.push_back(describe(*figures.recording));
  return words;
}

}  // namespace

std::string describe(const LiveFigures& figures) {
  std::string line =
      fmt::format("{}, {}, {}, {}, {}, {}", describe_rate(figures), describe_age(figures),
                  describe_bit_rate(figures), describe_size(figures), describe_lost(figures),
                  describe_skipped(figures));
  for (const std::string& words : exceptions(figures)) line += ", " + words;
  return line;
}

std::string describe_rate(const LiveFigures& figures) {
  return fmt::format("{:.1f} frames/s", figures.frames_per_second);
}

std::string describe_age(const LiveFigures& figures) {
  if (figures.no_signal) return "no signal";
  return "age " + describe_milliseconds(figures.age_ms);
}

std::string describe_bit_rate(const LiveFigures& figures) {
  const double rate = figures.megabits_per_second;
  return fmt::format("{:.{}f} Mbit/s", rate, rate < 0.995 ? 2 : 1);
}

std::string describe_size(const LiveFigures& figures) {
  if (figures.width == 0) return "no picture yet";
  return fmt::format("{}x{}{}", figures.width, figures.height,
                     figures.link ? describe_limit(*figures.link) : "");
}

std::string describe_lost(const LiveFigures& figures) {
  return fmt::format("{} lost", figures.lost);
}

std::string describe_patched(const LiveFigures& figures) {
  return fmt::format("{} patched", figures.patched);
}

std::string describe_skipped(const LiveFigures& figures) {
  return fmt::format("{} skipped", figures.skipped);
}

std::string describe_losses(const LiveFigures& figures) {
  if (!figures.loss_percent) return "unknown";
  std::string words = describe_percent(*figures.loss_percent) + " of the frames";
  if (figures.packet_loss_percent)
    words += ", " + describe_percent(*figures.packet_loss_percent) + " of the packets";
  return words;
}

// Only datagrams have packets, and only these can be repaired.
std::string describe_remedy(const LiveFigures& figures) {
  if (!figures.packet_loss_percent) return "try a lower --quality at the sender";
  return figures.is_repaired ? "try TCP or a lower --quality at the sender"
                             : "try --fec auto or a lower --quality at the sender, or TCP";
}

std::string describe_last_picture(const LiveFigures& figures) {
  const std::chrono::seconds age = figures.last_picture.value_or(std::chrono::seconds{0});
  if (age < std::chrono::minutes(1)) return fmt::format("last picture {} s ago", age.count());
  return fmt::format("last picture {} {} ago", as_clock(age),
                     age < std::chrono::hours(1) ? "min" : "h");
}

std::string describe(const RecordingState& recording) {
  return recording.is_writing ? "REC " + as_clock(recording.length) : "recording: no frames";
}

std::string as_clock(std::chrono::seconds time) {
  const auto seconds = time.count();
  if (seconds < 3600) return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
  return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::string describe_milliseconds(std::optional<double> time_ms) {
  if (!time_ms) return "unknown";
  if (*time_ms >= 10'000) return fmt::format("{:.1f} s", *time_ms / 1000);
  // For long times a tenth of a millisecond means nothing, and its flicker distracts.
  return fmt::format("{:.{}f} ms", *time_ms, *time_ms < 99.95 ? 1 : 0);
}

std::string describe_stages(const LiveFigures& figures) {
  const std::pair<const char*, std::optional<double>> stages[] = {{"encode", figures.encode_ms},
                                                                  {"network", figures.network_ms},
                                                                  {"decode", figures.decode_ms}};
  std::string words;
  for (const auto& [name, time_ms] : stages)
    if (time_ms)
      words +=
          fmt::format("{}{} {}", words.empty() ? "" : ", ", name, describe_milliseconds(time_ms));
  return words.empty() ? "unknown" : words;
}

std::string describe_reads(const LiveFigures& figures) {
  if (!figures.reads_per_frame) return "unknown";
  return fmt::format("{:.0f} per frame", *figures.reads_per_frame);
}

}  // namespace jpegwire
