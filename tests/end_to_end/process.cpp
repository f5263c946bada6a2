#include "end_to_end/process.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace jpegwire {

bool eventually(const std::function<bool()>& condition, std::chrono::seconds deadline) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

int Process::wait(std::chrono::seconds deadline) const {
  if (!ChildProcess::wait(deadline))
    throw std::runtime_error("the program does not end: " + describe());
  return exit_code();
}

bool Process::has_written(std::string_view words) const {
  return out().find(words) != std::string::npos || err().find(words) != std::string::npos;
}

void Process::wait_for(std::string_view words) const {
  const auto written = [&] { return has_written(words); };
  eventually([&] { return written() || has_ended(); });
  if (!written())
    throw std::runtime_error(fmt::format("the program does not write '{}': {}", words, describe()));
}

std::string Process::describe() const {
  return fmt::format("{}\n--- standard output\n{}\n--- standard error\n{}",
                     fmt::join(command(), " "), out(), err());
}

std::string output_of(Command command, Environment environment) {
  const Process process(std::move(command), environment);
  const int code = process.wait();
  if (code != 0)
    throw std::runtime_error(fmt::format("exit code {}: {}", code, process.describe()));
  return process.out();
}

void throw_last_error(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

bool is_installed(const std::string& program) {
  return Process({"sh", "-c", "command -v " + program}).wait() == 0;
}

}  // namespace jpegwire
