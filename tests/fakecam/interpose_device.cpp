// Interposes libc's calls on an open device.

// Fortified headers define some of these functions themselves, and 64-bit offsets rename them.
#undef _FORTIFY_SOURCE
#undef _FILE_OFFSET_BITS

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdint>

#include "next.hpp"
#include "registry.hpp"

namespace {

using fakecam::is_camera;
using fakecam::Name;
using fakecam::next;
using fakecam::Registry;

constexpr unsigned kVideoRequests = 'V';

bool is_video_request(unsigned long request) { return _IOC_TYPE(request) == kVideoRequests; }

int with_alias(int fd, int copy) {
  if (copy >= 0 && is_camera(fd)) Registry::instance().add_alias(fd, copy);
  return copy;
}

// dup2 implicitly closes the descriptor that it replaces.
void replace(int fd, int copy) {
  if (fd != copy && is_camera(copy)) Registry::instance().forget(copy);
}

template <Name name, typename Offset>
void* map(void* address, std::size_t size, int protection, int flags, int fd, Offset offset) {
  const auto real = next<name, void*(void*, std::size_t, int, int, int, Offset)>();
  if ((flags & MAP_ANONYMOUS) != 0 || !is_camera(fd)) {
    return real(address, size, protection, flags, fd, offset);
  }
  const int memory = Registry::instance().memory(fd, offset, size);
  if (memory < 0) return MAP_FAILED;
  return real(address, size, protection, flags, memory, offset);
}

template <Name name>
int control_file(int fd, int command, void* argument) {
  const int result = next<name, int(int, int, ...)>()(fd, command, argument);
  const bool copies = command == F_DUPFD || command == F_DUPFD_CLOEXEC;
  return copies ? with_alias(fd, result) : result;
}

}  // namespace

FAKECAM_EXPORT int ioctl(int fd, unsigned long request, ...) noexcept {
  const auto real = next<"ioctl", int(int, unsigned long, ...)>();
  va_list arguments;
  va_start(arguments, request);
  void* const argument = va_arg(arguments, void*);
  va_end(arguments);
  if (!is_camera(fd) || !is_video_request(request)) return real(fd, request, argument);
  return Registry::instance().control(fd, static_cast<std::uint32_t>(request), argument);
}

FAKECAM_EXPORT void* mmap(void* address, std::size_t size, int protection, int flags, int fd,
                          off_t offset) noexcept {
  return map<"mmap">(address, size, protection, flags, fd, offset);
}

FAKECAM_EXPORT void* mmap64(void* address, std::size_t size, int protection, int flags, int fd,
                            off64_t offset) noexcept {
  return map<"mmap64">(address, size, protection, flags, fd, offset);
}

FAKECAM_EXPORT int close(int fd) {
  const auto real = next<"close", int(int)>();
  if (is_camera(fd)) Registry::instance().forget(fd);
  return real(fd);
}

FAKECAM_EXPORT int dup(int fd) noexcept {
  const auto real = next<"dup", int(int)>();
  return with_alias(fd, real(fd));
}

FAKECAM_EXPORT int dup2(int fd, int copy) noexcept {
  const auto real = next<"dup2", int(int, int)>();
  replace(fd, copy);
  return with_alias(fd, real(fd, copy));
}

FAKECAM_EXPORT int dup3(int fd, int copy, int flags) noexcept {
  const auto real = next<"dup3", int(int, int, int)>();
  replace(fd, copy);
  return with_alias(fd, real(fd, copy, flags));
}

FAKECAM_EXPORT int fcntl(int fd, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  void* const argument = va_arg(arguments, void*);
  va_end(arguments);
  return control_file<"fcntl">(fd, command, argument);
}

FAKECAM_EXPORT int fcntl64(int fd, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  void* const argument = va_arg(arguments, void*);
  va_end(arguments);
  return control_file<"fcntl64">(fd, command, argument);
}
