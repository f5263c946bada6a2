#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include "app/descriptor.hpp"
#include "net/http/file_list.hpp"

namespace jpegwire {

/// What a file holds, as far as the system tells: where one of these is another, so may its bytes
/// be.
struct FileVersion {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size_bytes = 0;
  std::int64_t modified_nanoseconds = 0;  // since the Unix epoch

  bool operator==(const FileVersion&) const = default;
};

/// An open file of a shared directory. Its functions wait for the disk.
class SharedFile {
 public:
  /// Nothing, and why, where the descriptor is no regular file.
  static std::optional<SharedFile> of(Descriptor file, std::error_code& error);

  /// As it was when it was opened.
  const FileVersion& version() const { return version_; }
  std::uint64_t size_bytes() const { return version_.size_bytes; }
  WallTime modified() const;

  /// A strong entity tag, with its quotation marks (RFC 9110, section 8.8.3).
  std::string etag() const;

  /// Bytes from the offset on, fewer only at the file's end; an error leaves 0.
  std::size_t read(std::uint64_t offset, std::span<std::byte> out, std::error_code& error) const;

  /// Whether it was modified just now, so that more may come.
  bool is_being_written() const;

  /// Whether its size or its time of modification, to the nanosecond, is another than it was.
  bool has_changed() const;

 private:
  SharedFile(Descriptor file, const FileVersion& version)
      : file_(std::move(file)), version_(version) {}

  Descriptor file_;
  FileVersion version_;
};

/// A directory whose recordings and pictures others may read: the regular files directly in it
/// whose names is_offered_name(), and nothing else, whatever a name or a symbolic link says. It is
/// opened each time, so that it may go and come back, as that of a disk does that is unplugged. Its
/// functions wait for the disk; any thread may call them.
class SharedDirectory {
 public:
  /// Throws std::runtime_error with one sentence where there is no such directory to be read.
  explicit SharedDirectory(std::string path);

  /// At most so many files. Nothing, and why, where the directory cannot be read.
  std::optional<FileList> list(std::size_t most, std::error_code& error) const;

  /// Why it cannot be read now, if it cannot.
  std::error_code trouble() const;

  /// Nothing, and why, where it offers no file of this name or cannot read it.
  std::optional<SharedFile> open(std::string_view name, std::error_code& error) const;

 private:
  Descriptor open_directory(std::error_code& error) const;

  std::string path_;
};

}  // namespace jpegwire
