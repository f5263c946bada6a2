#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "app/child_process.hpp"

namespace jpegwire {

/// How long a test waits for what has to happen: with sanitizers, and other work on the machine,
/// all is many times slower. Nothing waits so long in a test that passes.
inline constexpr std::chrono::seconds kDeadline{30};

/// Looks every 10 ms; false where it does not come true before the deadline.
bool eventually(const std::function<bool()>& condition, std::chrono::seconds deadline = kDeadline);

/// A program that runs in a process group of its own, with nothing to read on standard input. What
/// it writes is kept, so it never waits for a reader. It ends with this object, and with the tests.
class Process {
 public:
  /// `environment` is added to that of the tests; a variable without a value is taken away.
  explicit Process(Command command, Environment environment = {});
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  void send_signal(int signal);
  bool has_ended();

  /// The exit code, or 128 and the signal that ended it. Throws where it does not end in time.
  int wait(std::chrono::seconds deadline = kDeadline);

  // What it has written so far.
  std::string out() const;
  std::string err() const;

  /// Waits for the words on standard output or standard error; throws where they do not come.
  void wait_for(std::string_view words);
  bool has_written(std::string_view words) const;

  /// The command and all that it wrote, to be told with a failure.
  std::string describe() const;

 private:
  void start(const Environment& environment);

  const Command command_;
  int out_ = -1;
  int err_ = -1;
  pid_t pid_ = -1;
  bool reaped_ = false;
  int exit_code_ = 0;
};

/// Runs the program to its end and gives what it wrote to standard output; throws where its exit
/// code is not 0.
std::string output_of(Command command, Environment environment = {});

/// Throws what the system says of a call that has just failed.
[[noreturn]] void throw_last_error(const char* what);

/// Whether the program can be found in PATH.
bool is_installed(const std::string& program);

}  // namespace jpegwire
