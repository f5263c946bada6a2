#include "end_to_end/process.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace jpegwire {
namespace {

int make_memory_file(const char* name) {
  const int file = ::memfd_create(name, MFD_CLOEXEC);
  if (file < 0) throw_last_error("memfd_create");
  return file;
}

// pread leaves the offset alone, at which the program writes on.
std::string whole_content(int file) {
  struct stat status{};
  if (::fstat(file, &status) != 0) throw_last_error("fstat");
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  const ssize_t size = ::pread(file, text.data(), text.size(), 0);
  if (size < 0) throw_last_error("pread");
  text.resize(static_cast<std::size_t>(size));
  return text;
}

}  // namespace

bool eventually(const std::function<bool()>& condition, std::chrono::seconds deadline) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

Process::Process(Command command, Environment environment)
    : command_(std::move(command)), out_(make_memory_file("out")), err_(make_memory_file("err")) {
  start(environment);
}

Process::~Process() {
  if (!reaped_) {
    ::kill(-pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  ::close(out_);
  ::close(err_);
}

void Process::start(const Environment& environment) {
  pid_ = start_child(command_, environment, out_, err_);
}

void Process::send_signal(int signal) {
  if (!has_ended()) ::kill(pid_, signal);
}

bool Process::has_ended() {
  if (reaped_) return true;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return false;
  reaped_ = true;
  exit_code_ = exit_code_of(status);
  return true;
}

int Process::wait(std::chrono::seconds deadline) {
  if (!eventually([this] { return has_ended(); }, deadline))
    throw std::runtime_error("it does not end: " + describe());
  return exit_code_;
}

std::string Process::out() const { return whole_content(out_); }
std::string Process::err() const { return whole_content(err_); }

bool Process::has_written(std::string_view words) const {
  return out().find(words) != std::string::npos || err().find(words) != std::string::npos;
}

void Process::wait_for(std::string_view words) {
  const auto written = [&] { return has_written(words); };
  eventually([&] { return written() || has_ended(); });
  if (!written())
    throw std::runtime_error(fmt::format("it does not write '{}': {}", words, describe()));
}

std::string Process::describe() const {
  return fmt::format("{}\n--- standard output\n{}\n--- standard error\n{}",
                     fmt::join(command_, " "), out(), err());
}

std::string output_of(Command command, Environment environment) {
  Process process(std::move(command), std::move(environment));
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
