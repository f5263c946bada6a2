// Interposes libc's functions that check whether a file exists and what it is.

// Fortified headers define some of these functions themselves, and 64-bit offsets rename them.
#undef _FORTIFY_SOURCE
#undef _FILE_OFFSET_BITS

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "device.hpp"
#include "next.hpp"
#include "registry.hpp"

namespace {

using fakecam::is_camera;
using fakecam::is_device_path;
using fakecam::kDeviceMajor;
using fakecam::kDeviceMinor;
using fakecam::kDeviceMode;
using fakecam::Name;
using fakecam::next;
using fakecam::Presence;

int fail(int error) {
  errno = error;
  return -1;
}

bool is_absent(const char* path) {
  return fakecam::presence(fakecam::device_at(path)) == Presence::kUnplugged;
}

template <typename Stat>
int describe(Stat* status) {
  *status = {};
  status->st_mode = kDeviceMode;
  status->st_nlink = 1;
  status->st_ino = 1;
  status->st_blksize = 4096;
  status->st_rdev = makedev(kDeviceMajor, kDeviceMinor);
  return 0;
}

template <typename Stat>
int describe_path(const char* path, Stat* status) {
  return is_absent(path) ? fail(ENOENT) : describe(status);
}

template <Name name, typename Stat>
int stat_path(const char* path, Stat* status) {
  if (is_device_path(path)) return describe_path(path, status);
  return next<name, int(const char*, Stat*)>()(path, status);
}

template <Name name, typename Stat>
int stat_at(int directory, const char* path, Stat* status, int flags) {
  if (is_device_path(path)) return describe_path(path, status);
  if (*path == '\0' && is_camera(directory)) return describe(status);
  return next<name, int(int, const char*, Stat*, int)>()(directory, path, status, flags);
}

template <Name name, typename Stat>
int stat_open(int fd, Stat* status) {
  if (is_camera(fd)) return describe(status);
  return next<name, int(int, Stat*)>()(fd, status);
}

int check_access(const char* path, int mode) {
  if (is_absent(path)) return fail(ENOENT);
  const bool denied =
      fakecam::presence(fakecam::device_at(path)) == Presence::kDenied && mode != F_OK;
  return denied || (mode & X_OK) != 0 ? fail(EACCES) : 0;
}

int describe_extended(const char* path, struct statx* status) {
  if (is_absent(path)) return fail(ENOENT);
  *status = {};
  status->stx_mask = STATX_TYPE | STATX_MODE | STATX_NLINK | STATX_INO;
  status->stx_mode = kDeviceMode;
  status->stx_nlink = 1;
  status->stx_ino = 1;
  status->stx_rdev_major = kDeviceMajor;
  status->stx_rdev_minor = kDeviceMinor;
  return 0;
}

}  // namespace

FAKECAM_EXPORT int stat(const char* path, struct stat* status) noexcept {
  return stat_path<"stat">(path, status);
}

FAKECAM_EXPORT int stat64(const char* path, struct stat64* status) noexcept {
  return stat_path<"stat64">(path, status);
}

FAKECAM_EXPORT int lstat(const char* path, struct stat* status) noexcept {
  return stat_path<"lstat">(path, status);
}

FAKECAM_EXPORT int lstat64(const char* path, struct stat64* status) noexcept {
  return stat_path<"lstat64">(path, status);
}

FAKECAM_EXPORT int fstatat(int directory, const char* path, struct stat* status,
                           int flags) noexcept {
  return stat_at<"fstatat">(directory, path, status, flags);
}

FAKECAM_EXPORT int fstatat64(int directory, const char* path, struct stat64* status,
                             int flags) noexcept {
  return stat_at<"fstatat64">(directory, path, status, flags);
}

FAKECAM_EXPORT int fstat(int fd, struct stat* status) noexcept {
  return stat_open<"fstat">(fd, status);
}

FAKECAM_EXPORT int fstat64(int fd, struct stat64* status) noexcept {
  return stat_open<"fstat64">(fd, status);
}

FAKECAM_EXPORT int statx(int directory, const char* path, int flags, unsigned mask,
                         struct statx* status) noexcept {
  if (is_device_path(path)) return describe_extended(path, status);
  const auto real = next<"statx", int(int, const char*, int, unsigned, struct statx*)>();
  return real(directory, path, flags, mask, status);
}

FAKECAM_EXPORT int access(const char* path, int mode) noexcept {
  if (is_device_path(path)) return check_access(path, mode);
  return next<"access", int(const char*, int)>()(path, mode);
}

FAKECAM_EXPORT int faccessat(int directory, const char* path, int mode, int flags) noexcept {
  if (is_device_path(path)) return check_access(path, mode);
  return next<"faccessat", int(int, const char*, int, int)>()(directory, path, mode, flags);
}

// Used by std::filesystem::canonical and weakly_canonical.
FAKECAM_EXPORT char* realpath(const char* path, char* resolved) noexcept {
  if (!is_device_path(path)) return next<"realpath", char*(const char*, char*)>()(path, resolved);
  if (is_absent(path)) return fail(ENOENT), nullptr;
  return resolved != nullptr ? std::strcpy(resolved, path) : ::strdup(path);
}
