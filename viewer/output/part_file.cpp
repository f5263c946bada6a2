#include "viewer/output/part_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <system_error>
#include <vector>

namespace jpegwire {
namespace {

[[noreturn]] void fail(const char* what, const std::filesystem::path& file, int error) {
  throw std::runtime_error(fmt::format("cannot {} '{}': {}", what, file.string(),
                                       std::generic_category().message(error)));
}

[[noreturn]] void fail_as_it_exists(const std::filesystem::path& file) {
  throw std::runtime_error(fmt::format(
      "'{}' already exists and is not overwritten; move it away, or fetch into another directory",
      file.string()));
}

[[noreturn]] void fail_as_in_the_way(const std::filesystem::path& part) {
  throw std::runtime_error(
      fmt::format("cannot write '{}': it is not a regular file but a link, a directory or the "
                  "like; move it away",
                  part.string()));
}

// With RENAME_NOREPLACE, renameat2() does not replace a file, but some file systems lack it. link()
// does not replace one either.
int rename_to_free_name(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  if (::link(from.c_str(), to.c_str()) != 0) return errno;
  return ::unlink(from.c_str()) == 0 ? 0 : errno;
}

std::filesystem::path move_to_numbered_name(const std::filesystem::path& file) {
  int error = EEXIST;
  for (int number = 2; number < 100 && error == EEXIST; ++number) {
    const std::filesystem::path kept = fmt::format("{}-{}", file.string(), number);
    error = rename_to_free_name(file, kept);
    if (error == 0) return kept;
  }
  fail("move away", file, error);
}

}  // namespace

PartFile::PartFile(std::filesystem::path file) : file_(std::move(file)), part_(file_) {
  require_free_name();
  part_ += ".part";
  open();
}

void PartFile::open() {
  constexpr int kFlags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  descriptor_ = Descriptor(::open(part_.c_str(), kFlags, 0666));
  const int error = errno;
  struct stat status{};
  // A file with a second name is another one, which must not grow.
  if (::lstat(part_.c_str(), &status) == 0 && (!S_ISREG(status.st_mode) || status.st_nlink > 1))
    fail_as_in_the_way(part_);
  if (!descriptor_.is_open()) fail("write", part_, error);
  if (::fstat(descriptor_.number(), &status) != 0) fail("write", part_, errno);
  // Another program may have renamed the file before this one got the lock.
  struct stat named{};
  if (::flock(descriptor_.number(), LOCK_EX | LOCK_NB) != 0 ||
      ::lstat(part_.c_str(), &named) != 0 || named.st_ino != status.st_ino)
    throw std::runtime_error(
        fmt::format("another program is already fetching '{}'", file_.string()));
  size_ = static_cast<std::uint64_t>(status.st_size);
}

PartFile::~PartFile() {
  if (descriptor_.is_open() && size_ == 0 && !is_complete_) ::unlink(part_.c_str());
}

bool PartFile::hash_some() {
  std::vector<std::byte> space(std::min<std::uint64_t>(size_ - hashed_, std::uint64_t{4} << 20));
  if (space.empty()) return false;
  const ssize_t got =
      ::pread(descriptor_.number(), space.data(), space.size(), static_cast<off_t>(hashed_));
  if (got <= 0) fail("read", part_, got < 0 ? errno : EIO);
  hash_.add(std::span(space).first(static_cast<std::size_t>(got)));
  hashed_ += static_cast<std::uint64_t>(got);
  return hashed_ < size_;
}

bool PartFile::has(std::uint64_t offset, Bytes bytes) const {
  std::vector<std::byte> ours(bytes.size());
  for (std::size_t read = 0; read < ours.size();) {
    const ssize_t got = ::pread(descriptor_.number(), ours.data() + read, ours.size() - read,
                                static_cast<off_t>(offset + read));
    if (got < 0) fail("read", part_, errno);
    if (got == 0) return false;
    read += static_cast<std::size_t>(got);
  }
  return std::ranges::equal(ours, bytes);
}

void PartFile::append(Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t written =
        ::pwrite(descriptor_.number(), bytes.data(), bytes.size(), static_cast<off_t>(size_));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write", part_, errno);
    const auto size = static_cast<std::size_t>(written);
    hash_.add(bytes.first(size));
    size_ += size;
    hashed_ = size_;
    bytes = bytes.subspan(size);
  }
}

std::string PartFile::begin_anew() {
  const std::filesystem::path kept = move_to_numbered_name(part_);
  open();
  hashed_ = 0;
  hash_.reset();
  return kept.filename();
}

// The bytes must be on the disk before the name shows that the file is complete.
void PartFile::complete(WallTime modified) {
  using std::chrono::duration_cast, std::chrono::seconds, std::chrono::nanoseconds;
  const auto since_epoch = modified.time_since_epoch();
  const auto whole = std::chrono::floor<seconds>(since_epoch);
  const timespec time{whole.count(), duration_cast<nanoseconds>(since_epoch - whole).count()};
  const timespec times[2] = {time, time};
  ::futimens(descriptor_.number(), times);  // on failure the time of the fetch remains
  if (::fsync(descriptor_.number()) != 0) fail("write", part_, errno);
  const int error = rename_to_free_name(part_, file_);
  if (error == EEXIST) fail_as_it_exists(file_);
  if (error != 0) fail("write", file_, error);
  is_complete_ = true;
}

void PartFile::require_free_name() const {
  const auto status = std::filesystem::symlink_status(file_);
  if (std::filesystem::exists(status)) fail_as_it_exists(file_);
}

}  // namespace jpegwire
