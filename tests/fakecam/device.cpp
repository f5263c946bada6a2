#include "device.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
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
  std::array<std::array<char, kMaxPath>, kMaxDevices> devices{};
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
  copy_env("FAKECAM_DEVICE", "/dev/video0", paths.devices[0]);
  copy_env("FAKECAM_SECOND_DEVICE", "", paths.devices[1]);
  copy_env("FAKECAM_CONTROL", "", paths.control);
}

// The n-th word; empty if there are fewer.
std::string_view word_of(std::string_view text, int number) {
  constexpr const char* kSpace = " \t\r\n";
  for (int i = 0;; ++i) {
    text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
    const auto word = text.substr(0, text.find_first_of(kSpace));
    if (i == number) return word;
    text.remove_prefix(word.size());
    if (text.empty()) return text;
  }
}

Presence to_presence(std::string_view word) {
  if (word == "unplugged") return Presence::kUnplugged;
  if (word == "other") return Presence::kOther;
  if (word == "hung") return Presence::kHung;
  if (word == "busy") return Presence::kBusy;
  return word == "denied" ? Presence::kDenied : Presence::kPlugged;
}

Presence read_presence(int device) {
  std::array<char, 64> text{};
  const int file = ::open(paths.control.data(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return Presence::kPlugged;
  const ssize_t size = ::read(file, text.data(), text.size());
  ::close(file);
  const std::string_view words(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  return to_presence(word_of(words, device));
}

}  // namespace

int device_at(const char* path) {
  if (path == nullptr || *path != '/') return kNoDevice;
  for (int device = 0; device < kMaxDevices; ++device)
    if (std::strcmp(path, paths.devices[static_cast<std::size_t>(device)].data()) == 0)
      return device;
  return kNoDevice;
}

Presence presence(int device) {
  if (paths.control[0] == '\0') return Presence::kPlugged;
  const int saved_errno = errno;
  const Presence found = read_presence(device);
  errno = saved_errno;
  return found;
}

}  // namespace fakecam
