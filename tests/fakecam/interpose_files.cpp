// Interposes libc's functions that open a file.

// Fortified headers define some of these functions themselves, and 64-bit offsets rename them.
#undef _FORTIFY_SOURCE
#undef _FILE_OFFSET_BITS

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "device.hpp"
#include "next.hpp"
#include "registry.hpp"

namespace {

using fakecam::device_at;
using fakecam::kNoDevice;
using fakecam::Name;
using fakecam::next;
using fakecam::Registry;

constexpr bool has_mode(int flags) {
  return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
}

template <Name name>
int open_next(const char* path, int flags, mode_t mode) {
  if (const int device = device_at(path); device != kNoDevice)
    return Registry::instance().open_camera(device, flags);
  return next<name, int(const char*, int, ...)>()(path, flags, mode);
}

template <Name name>
int open_next_at(int directory, const char* path, int flags, mode_t mode) {
  if (const int device = device_at(path); device != kNoDevice)
    return Registry::instance().open_camera(device, flags);
  return next<name, int(int, const char*, int, ...)>()(directory, path, flags, mode);
}

// v4l2-ctl checks the device type in sysfs before it uses the device.
constexpr const char* kSysfsPath = "/sys/dev/char/81:0/uevent";
constexpr std::string_view kSysfsText = "MAJOR=81\nMINOR=0\nDEVNAME=video0\n";

std::FILE* open_sysfs() {
  const int memory = ::memfd_create("fakecam-uevent", MFD_CLOEXEC);
  if (memory < 0) return nullptr;
  if (::pwrite(memory, kSysfsText.data(), kSysfsText.size(), 0) < 0) return nullptr;
  return ::fdopen(memory, "r");
}

template <Name name>
std::FILE* open_stream(const char* path, const char* mode) {
  if (path != nullptr && std::strcmp(path, kSysfsPath) == 0) return open_sysfs();
  return next<name, std::FILE*(const char*, const char*)>()(path, mode);
}

}  // namespace

FAKECAM_EXPORT std::FILE* fopen(const char* path, const char* mode) {
  return open_stream<"fopen">(path, mode);
}

FAKECAM_EXPORT std::FILE* fopen64(const char* path, const char* mode) {
  return open_stream<"fopen64">(path, mode);
}

FAKECAM_EXPORT int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = has_mode(flags) ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  return open_next<"open">(path, flags, mode);
}

FAKECAM_EXPORT int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = has_mode(flags) ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  return open_next<"open64">(path, flags, mode);
}

FAKECAM_EXPORT int openat(int directory, const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = has_mode(flags) ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  return open_next_at<"openat">(directory, path, flags, mode);
}

FAKECAM_EXPORT int openat64(int directory, const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = has_mode(flags) ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  return open_next_at<"openat64">(directory, path, flags, mode);
}

// Programs built with _FORTIFY_SOURCE, as distributions build them, call these instead of the
// variants without a mode. The names are glibc's, which is why they look reserved.
FAKECAM_EXPORT int __open_2(const char* path, int flags) {
  return open_next<"open">(path, flags, 0);
}

FAKECAM_EXPORT int __open64_2(const char* path, int flags) {
  return open_next<"open64">(path, flags, 0);
}

FAKECAM_EXPORT int __openat_2(int directory, const char* path, int flags) {
  return open_next_at<"openat">(directory, path, flags, 0);
}

FAKECAM_EXPORT int __openat64_2(int directory, const char* path, int flags) {
  return open_next_at<"openat64">(directory, path, flags, 0);
}
