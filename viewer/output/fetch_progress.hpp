#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>

namespace jpegwire {

/// Shows how far a file has come: a bar that is drawn over itself on a terminal, else a line at
/// each tenth. Bound to one thread.
class FetchProgress {
 public:
  FetchProgress(std::FILE* out, std::string name);

  /// Bytes that are there, of so many.
  void show(std::uint64_t have, std::uint64_t all);

  /// A line of its own.
  void print(const std::string& sentence);

  /// Leaves the bar, as it is now, for good.
  void end();

 private:
  using Clock = std::chrono::steady_clock;

  void put(const std::string& text);
  void draw(std::uint64_t have, std::uint64_t all);
  std::string figures(std::uint64_t have, std::uint64_t all) const;

  std::FILE* out_;
  std::string name_;
  bool is_terminal_;
  Clock::time_point last_drawn_{};
  std::optional<Clock::time_point> begin_;
  std::uint64_t had_ = 0;     // when it began
  std::uint64_t tenths_ = 0;  // that have been told
  bool has_bar_ = false;      // on the terminal's last line
};

}  // namespace jpegwire
