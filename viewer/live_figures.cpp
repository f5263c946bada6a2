#include "viewer/live_figures.hpp"

#include <fmt/format.h>

namespace jpegwire {

std::string describe(const LiveFigures& figures) {
  const std::string patched = figures.patched > 0 ? ", " + describe_patched(figures) : "";
  return fmt::format("{}, {}, {}, {}, {}, {}{}", describe_rate(figures), describe_age(figures),
                     describe_bit_rate(figures), describe_size(figures), describe_lost(figures),
                     describe_skipped(figures), patched);
}

std::string describe_rate(const LiveFigures& figures) {
  return fmt::format("{:.1f} frames/s", figures.frames_per_second);
}

std::string describe_age(const LiveFigures& figures) {
  if (!figures.age_ms) return "age unknown";
  // A tenth of a millisecond says nothing about an age of many, and its flicker distracts.
  return fmt::format("age {:.{}f} ms", *figures.age_ms, *figures.age_ms < 99.95 ? 1 : 0);
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

}  // namespace jpegwire
