#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>

namespace jpegwire {

/// Shows the progress of a fetch: on a terminal as a bar that is redrawn, otherwise as a line at
/// each tenth. Bound to one thread.
class FetchProgress {
 public:
  FetchProgress(std::FILE* out, std::string name);

  /// Shows that `have` of `all` bytes have been received.
  void show(std::uint64_t have, std::uint64_t all);

  /// Prints the sentence on a separate line.
  void print(const std::string& sentence);

  /// Ends the line of the bar, which stays as it is.
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
  std::uint64_t had_ = 0;     // at the beginning
  std::uint64_t tenths_ = 0;  // that have been shown
  bool has_bar_ = false;      // on the terminal's last line
};

}  // namespace jpegwire
