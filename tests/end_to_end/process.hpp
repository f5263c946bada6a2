#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "app/child_process.hpp"

namespace jpegwire {

/// How long a test waits for what has to happen: with sanitizers, and other work on the machine,
/// all is many times slower. Nothing waits so long in a test that passes.
inline constexpr std::chrono::seconds kDeadline{30};

/// Checks the condition every 10 ms; false if it does not become true before the deadline.
bool eventually(const std::function<bool()>& condition, std::chrono::seconds deadline = kDeadline);

/// A program under test: what ChildProcess offers, and failures that show what the program wrote.
class Process : public ChildProcess {
 public:
  using ChildProcess::ChildProcess;

  /// The exit code. Throws if the program does not end in time.
  int wait(std::chrono::seconds deadline = kDeadline) const;

  /// Waits for the words on standard output or standard error; throws if they do not appear.
  void wait_for(std::string_view words) const;
  bool has_written(std::string_view words) const;

  /// The command and all that it wrote, for the message of a failure.
  std::string describe() const;
};

/// Runs the program to its end and gives what it wrote to standard output; throws if its exit code
/// is not 0.
std::string output_of(Command command, Environment environment = {});

/// Throws what the system says of a call that has just failed.
[[noreturn]] void throw_last_error(const char* what);

/// Whether the program can be found in PATH.
bool is_installed(const std::string& program);

}  // namespace jpegwire
