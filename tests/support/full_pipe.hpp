#pragma once

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <string>
#include <string_view>
#include <system_error>

#include "app/descriptor.hpp"

namespace jpegwire {

/// A pipe that is full, as of a program that has stopped reading. Calls throw on a failure.
class FullPipe {
 public:
  FullPipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_error("pipe2");
    out_ = Descriptor(ends[0]);
    in_ = Descriptor(ends[1]);
    set_blocking(false);
    const std::string page(4096, '.');
    while (::write(in(), page.data(), page.size()) > 0) filling_ += page.size();
    while (::write(in(), ".", 1) > 0) ++filling_;
    set_blocking(true);
  }

  /// The end to write to.
  int in() const { return in_.number(); }
  void set_blocking(bool blocks) const { ::fcntl(in(), F_SETFL, blocks ? 0 : O_NONBLOCK); }

  /// For other programs, which open it anew, as long as this object exists.
  std::string path() const { return fmt::format("/proc/{}/fd/{}", ::getpid(), in()); }

  /// What was written after the filling, up to a text that ends with these words, which must come.
  std::string read_until(std::string_view words) {
    while (text_.find(words, filling_) == text_.npos) read_some();
    return text_.substr(filling_);
  }

 private:
  [[noreturn]] static void throw_error(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
  }

  void read_some() {
    constexpr std::chrono::milliseconds kReadTimeout{30'000};
    pollfd readable{.fd = out_.number(), .events = POLLIN, .revents = 0};
    if (::poll(&readable, 1, static_cast<int>(kReadTimeout.count())) != 1) throw_error("poll");
    std::array<char, 65536> bytes{};
    const ssize_t size = ::read(out_.number(), bytes.data(), bytes.size());
    if (size < 0) throw_error("read");
    text_.append(bytes.data(), static_cast<std::size_t>(size));
  }

  Descriptor out_;
  Descriptor in_;
  std::size_t filling_ = 0;
  std::string text_;
};

}  // namespace jpegwire
