#include "viewer/camera/live_figures.hpp"

#include <fmt/format.h>

#include <utility>

namespace jpegwire {

std::string describe(const LiveFigures& figures) {
  const std::string patched = figures.patched > 0 ? ", " + describe_patched(figures) : "";
  const std::string refusals =
      figures.refusals.frames == 0 ? "" : ", " + describe(figures.refusals);
  return fmt::format("{}, {}, {}, {}, {}, {}{}{}", describe_rate(figures), describe_age(figures),
                     describe_bit_rate(figures), describe_size(figures), describe_lost(figures),
                     describe_skipped(figures), patched, refusals);
}

std::string describe_rate(const LiveFigures& figures) {
  return fmt::format("{:.1f} frames/s", figures.frames_per_second);
}

std::string describe_age(const LiveFigures& figures) {
  return "age " + describe_milliseconds(figures.age_ms);
}

std::string describe_bit_rate(const LiveFigures& figures) {
  const double rate = figures.megabits_per_second;
  return fmt::format("{:.{}f} Mbit/s", rate, rate < 0.995 ? 2 : 1);
}

std::string describe_size(const LiveFigures& figures) {
  if (figures.width == 0) return "no picture yet";
  return fmt::format("{}x{}", figures.width, figures.height);
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
