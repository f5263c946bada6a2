#include "net/web/shared_directory.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "net/http/file_list.hpp"

namespace jpegwire {
namespace {

std::error_code last_error() { return {errno, std::generic_category()}; }

std::int64_t nanoseconds_of(const struct stat& status) {
  return std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
}

FileVersion version_of(const struct stat& status) {
  return {status.st_dev, status.st_ino, static_cast<std::uint64_t>(status.st_size),
          nanoseconds_of(status)};
}

WallTime to_wall_time(std::int64_t nanoseconds) {
  return WallTime(std::chrono::floor<microseconds>(
      std::chrono::nanoseconds(std::max<std::int64_t>(nanoseconds, 0))));
}

// A recorder writes each second. A small clock error, for example of a network disk, does not
// matter; a time far in the future does not block a file.
bool is_just_now(std::int64_t modified_nanoseconds) {
  constexpr std::chrono::nanoseconds kQuiet = std::chrono::seconds(2);
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::abs(now - std::chrono::nanoseconds(modified_nanoseconds)) < kQuiet;
}

std::optional<OfferedFile> describe(const Descriptor& directory, std::string_view name) {
  if (!is_offered_name(name)) return std::nullopt;
  struct stat status{};
  const int result =
      ::fstatat(directory.number(), std::string(name).c_str(), &status, AT_SYMLINK_NOFOLLOW);
  if (result != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return OfferedFile{std::string(name), static_cast<std::uint64_t>(status.st_size),
                     to_wall_time(nanoseconds_of(status)), is_just_now(nanoseconds_of(status))};
}

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

}  // namespace

std::optional<SharedFile> SharedFile::of(Descriptor file, std::error_code& error) {
  struct stat status{};
  if (!file.is_open() || ::fstat(file.number(), &status) != 0) {
    error = last_error();
    return std::nullopt;
  }
  if (!S_ISREG(status.st_mode)) {
    error = std::make_error_code(std::errc::no_such_file_or_directory);
    return std::nullopt;
  }
  ::posix_fadvise(file.number(), 0, 0, POSIX_FADV_SEQUENTIAL);
  return SharedFile(std::move(file), version_of(status));
}

WallTime SharedFile::modified() const { return to_wall_time(version_.modified_nanoseconds); }

// Two versions of one file have different times, because a file is not sent while it may be
// written.
std::string SharedFile::etag() const {
  return fmt::format("\"{:x}-{:x}-{:x}\"", version_.inode, version_.size_bytes,
                     version_.modified_nanoseconds);
}

std::size_t SharedFile::read(std::uint64_t offset, std::span<std::byte> out,
                             std::error_code& error) const {
  std::size_t size = 0;
  while (size < out.size()) {
    const ssize_t got = ::pread(file_.number(), out.data() + size, out.size() - size,
                                static_cast<off_t>(offset + size));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) error = last_error();
    if (got <= 0) break;
    size += static_cast<std::size_t>(got);
  }
  return error ? 0 : size;
}

bool SharedFile::is_being_written() const { return is_just_now(version_.modified_nanoseconds); }

bool SharedFile::has_changed() const {
  struct stat status{};
  return ::fstat(file_.number(), &status) != 0 || version_of(status) != version_;
}

SharedDirectory::SharedDirectory(std::string path) : path_(std::move(path)) {
  const std::error_code error = trouble();
  if (error == std::errc::not_a_directory)
    throw std::runtime_error(fmt::format(
        "cannot share '{}': it is not a directory; choose one with --share DIR", path_));
  if (error)
    throw std::runtime_error(
        fmt::format("cannot share '{}': {}; choose another directory with --share DIR", path_,
                    error.message()));
}

std::optional<FileList> SharedDirectory::list(std::size_t max_files, std::error_code& error) const {
  const Descriptor directory = open_directory(error);
  if (error) return std::nullopt;
  Descriptor copy(::fcntl(directory.number(), F_DUPFD_CLOEXEC, 0));
  const std::unique_ptr<DIR, CloseDirectory> entries(::fdopendir(copy.number()));
  if (!entries) {
    error = last_error();
    return std::nullopt;
  }
  copy.release();  // the entries close it
  FileList listing;
  while (const dirent* entry = ::readdir(entries.get()))
    if (std::optional<OfferedFile> file = describe(directory, entry->d_name))
      listing.files.push_back(std::move(*file));
  std::ranges::sort(listing.files, [](const OfferedFile& left, const OfferedFile& right) {
    return std::tie(right.modified, left.name) < std::tie(left.modified, right.name);
  });
  if (listing.files.size() > max_files) {
    listing.left_out = static_cast<std::uint32_t>(listing.files.size() - max_files);
    listing.files.resize(max_files);
  }
  return listing;
}

std::error_code SharedDirectory::trouble() const {
  std::error_code error;
  open_directory(error);
  return error;
}

std::optional<SharedFile> SharedDirectory::open(std::string_view name,
                                                std::error_code& error) const {
  const Descriptor directory = open_directory(error);
  if (error) return std::nullopt;
  // Checks the type before opening, because opening a device may have side effects.
  if (!describe(directory, name)) {
    error = std::make_error_code(std::errc::no_such_file_or_directory);
    return std::nullopt;
  }
  // Checks the open file again, because it may have been replaced; O_NONBLOCK, because a FIFO would
  // wait for its writer.
  constexpr int kFlags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  return SharedFile::of(Descriptor(::openat(directory.number(), std::string(name).c_str(), kFlags)),
                        error);
}

Descriptor SharedDirectory::open_directory(std::error_code& error) const {
  Descriptor directory(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.is_open()) error = last_error();
  return directory;
}

}  // namespace jpegwire
