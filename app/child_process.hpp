#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "app/descriptor.hpp"

namespace asio {
class io_context;  // NOLINT(readability-identifier-naming)
}

namespace jpegwire {

using Command = std::vector<std::string>;
using Environment = std::vector<std::pair<std::string, std::string>>;

/// A program that was started, in a process group of its own, so that Ctrl-C does not reach it. Its
/// standard input is empty, and its output is stored, so it never waits for a reader. When this
/// object or the thread that made it ends, the program and all that it has started are killed.
/// Bound to one thread.
class ChildProcess {
 public:
  /// The program is found in PATH if it is named without a slash; if it cannot be executed, it ends
  /// with exit code 127. `environment` is added to the caller's; a variable without a value is
  /// removed. Throws std::system_error if the system cannot create a process.
  explicit ChildProcess(Command command, const Environment& environment = {});

  /// The same, and when the program ends, `io` runs a handler, so that a loop waiting for the end
  /// checks again.
  ChildProcess(asio::io_context& io, Command command);

  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();

  const Command& command() const { return command_; }
  pid_t pid() const { return pid_; }

  /// Sends the signal only to the program, not to processes that it has started. After SIGSTOP none
  /// of its threads runs any more.
  void send_signal(int signal) const;

  bool has_ended() const;

  /// Waits for the end, but no longer than `timeout`; whether it has ended.
  bool wait(std::chrono::milliseconds timeout) const;

  /// Of a program that has ended: its exit code, or 128 and the signal that ended it.
  int exit_code() const;

  // What it has written so far.
  std::string out() const;
  std::string err() const;

 private:
  void wake_at_end(asio::io_context& io) const;

  const Command command_;
  Descriptor out_;
  Descriptor err_;
  pid_t pid_;
  Descriptor end_;  // readable once the program has ended
};

}  // namespace jpegwire
