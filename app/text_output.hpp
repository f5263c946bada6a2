#pragma once

#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

namespace jpegwire {

class TextQueue;

/// Text for people on a descriptor, such as standard error, that no thread ever waits for: printing
/// only puts the text into a queue, and a thread of the queue writes it. If nobody reads, because a
/// terminal is stopped or a pipe is full, the oldest texts that wait are dropped. A line in their
/// place says how many lines are missing, once somebody reads again. All functions may be called on
/// any thread.
///
/// Writing itself blocks. O_NONBLOCK would not do instead: it is a property of the open file, which
/// the shell and other programs share, and their writes would fail. And a terminal that is ready
/// for one byte still blocks a longer write, so asking with poll() before it does not help. So a
/// thread that waits for nothing else does it, and the program ends without that thread if it must.
/// spdlog's asynchronous logger has such a thread, too, but joins it.
class TextOutput {
 public:
  using Clock = std::chrono::steady_clock;

  /// What may wait; the newest text is kept even if it is larger.
  static constexpr std::size_t kMaxWaitingBytes = 256 << 10;

  /// Borrows the descriptor, until flush() has returned or the program ends.
  explicit TextOutput(int descriptor);

  /// Keeps the order with another output, which writes to the same file.
  TextOutput(int descriptor, const TextOutput& other);

  TextOutput(const TextOutput&) = delete;
  TextOutput& operator=(const TextOutput&) = delete;

  /// Does not wait: what has been put is still written, if the program goes on and somebody reads.
  ~TextOutput() = default;

  /// Never blocks. The text is one write if the file takes it whole.
  void put(std::string text);

  template <class... Values>
  void print(fmt::format_string<Values...> format, Values&&... values) {
    put(fmt::format(format, std::forward<Values>(values)...));
  }

  /// Waits until all is written, however long it takes. Returns the last error of a write since the
  /// last flush, if there was one.
  std::error_code flush();

  /// The same until a point in time; std::errc::timed_out then. If that has happened and nothing
  /// was written since, does not wait again.
  std::error_code flush_until(Clock::time_point deadline);

  int descriptor() const { return descriptor_; }
  bool is_terminal() const;

 private:
  const int descriptor_;
  const std::shared_ptr<TextQueue> queue_;
};

// The standard streams. Text on both appears in the order of the calls if both are the same
// terminal or file; otherwise neither waits for the other.
TextOutput& standard_output();
TextOutput& standard_error();

/// How long a program that ends waits for somebody to read its last lines.
inline constexpr std::chrono::seconds kLastLinesTimeout{2};

/// Waits until both standard streams are written, but not longer than kLastLinesTimeout.
void flush_standard_streams();

}  // namespace jpegwire
