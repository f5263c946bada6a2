#include "device.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace fakecam {
namespace {

constexpr std::size_t kMaxPath = 4096;

struct Paths {
  std::array<char, kMaxPath> device{};
  std::array<char, kMaxPath> control{};
};

// Copies, because the program may change its environment while other threads use paths. Empty (so
// that no path matches) until the constructor below has run.
constinit Paths paths;

void copy_env(const char* name, const char* fallback, std::array<char, kMaxPath>& copy) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') value = fallback;
  std::snprintf(copy.data(), copy.size(), "%s", value);
}

__attribute__((constructor)) void read_paths() {
  copy_env("FAKECAM_DEVICE", "/dev/video0", paths.device);
  copy_env("FAKECAM_CONTROL", "", paths.control);
}

Presence to_presence(std::string_view text) {
  const auto word = text.substr(0, text.find_first_of(" \t\r\n"));
  if (word == "unplugged") return Presence::kUnplugged;
  if (word == "hung") return Presence::kHung;
  if (word == "busy") return Presence::kBusy;
  return word == "denied" ? Presence::kDenied : Presence::kPlugged;
}

Presence read_presence() {
  std::array<char, 32> text{};
  const int file = ::open(paths.control.data(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return Presence::kPlugged;
  const ssize_t size = ::read(file, text.data(), text.size());
  ::close(file);
  return to_presence({text.data(), size > 0 ? static_cast<std::size_t>(size) : 0});
}

}  // namespace

bool is_device_path(const char* path) {
  return path != nullptr && *path == '/' && std::strcmp(path, paths.device.data()) == 0;
}

Presence presence() {
  if (paths.control[0] == '\0') return Presence::kPlugged;
  const int saved_errno = errno;
  const Presence found = read_presence();
  errno = saved_errno;
  return found;
}

}  // namespace fakecam
