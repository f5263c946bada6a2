#pragma once

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

namespace jpegwire {

/// Keeps peers from filling the log: after `at_once` lines in a row it writes one line per second,
/// with the number of lines omitted. Bound to one thread.
class LogLimit {
 public:
  using Clock = std::chrono::steady_clock;

  explicit LogLimit(int at_once) : at_once_(at_once), credit_(at_once) {}

  template <class... Values>
  void info(fmt::format_string<Values...> format, Values&&... values) {
    log(spdlog::level::info, format, std::forward<Values>(values)...);
  }

  template <class... Values>
  void warn(fmt::format_string<Values...> format, Values&&... values) {
    log(spdlog::level::warn, format, std::forward<Values>(values)...);
  }

  /// Whether a line may be written now.
  bool allows(Clock::time_point now) {
    const auto earned = std::chrono::floor<std::chrono::seconds>(now - last_earned_);
    if (earned.count() > 0) {
      credit_ = static_cast<int>(std::min<std::int64_t>(at_once_, credit_ + earned.count()));
      last_earned_ += earned;
    }
    if (credit_ == 0) {
      ++left_out_;
      return false;
    }
    --credit_;
    return true;
  }

  /// The number of lines omitted since the last call.
  std::uint64_t take_left_out() { return std::exchange(left_out_, 0); }

 private:
  template <class... Values>
  void log(spdlog::level::level_enum level, fmt::format_string<Values...> format,
           Values&&... values) {
    if (!allows(Clock::now())) return;
    const std::uint64_t left_out = take_left_out();
    spdlog::log(level, "{}{}", fmt::format(format, std::forward<Values>(values)...),
                left_out == 0 ? "" : fmt::format(" (and {} more such lines)", left_out));
  }

  int at_once_;
  int credit_;
  Clock::time_point last_earned_ = Clock::now();
  std::uint64_t left_out_ = 0;
};

}  // namespace jpegwire
