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

/// The version of a file's contents according to the system: if one of these differs, the bytes may
/// differ.
struct FileVersion {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size_bytes = 0;
  std::int64_t modified_nanoseconds = 0;  // since the Unix epoch

  bool operator==(const FileVersion&) const = default;
};

/// An open file of a shared directory. Its functions block on the disk.
class SharedFile {
 public:
  /// Nothing, and the reason, if the descriptor is not a regular file.
  static std::optional<SharedFile> of(Descriptor file, std::error_code& error);

  /// The version when it was opened.
  const FileVersion& version() const { return version_; }
  std::uint64_t size_bytes() const { return version_.size_bytes; }
  WallTime modified() const;

  /// A strong entity tag, with its quotation marks (RFC 9110, section 8.8.3).
  std::string etag() const;

  /// Reads bytes from the offset, fewer only at the file's end; 0 on an error.
  std::size_t read(std::uint64_t offset, std::span<std::byte> out, std::error_code& error) const;

  /// Whether it was modified recently, so that it may still grow.
  bool is_being_written() const;

  /// Whether its size or its modification time, to the nanosecond, has changed since it was opened.
  bool has_changed() const;

 private:
  SharedFile(Descriptor file, const FileVersion& version)
      : file_(std::move(file)), version_(version) {}

  Descriptor file_;
  FileVersion version_;
};

/// A directory whose recordings and pictures others may read: the regular files directly in it
/// whose names satisfy is_offered_name(), and nothing else, whatever a name or a symbolic link
/// refers to. It is opened for each call, so that it may disappear and come back, like an unplugged
/// disk. Its functions block on the disk; any thread may call them.
class SharedDirectory {
 public:
  /// Throws std::runtime_error with a one-sentence message if there is no such directory or it
  /// cannot be read.
  explicit SharedDirectory(std::string path);

  /// At most the given number of files. Nothing, and the reason, if the directory cannot be read.
  std::optional<FileList> list(std::size_t max_files, std::error_code& error) const;

  /// Why it cannot be read now, if it cannot.
  std::error_code trouble() const;

  /// Nothing, and the reason, if it offers no file of this name or cannot read it.
  std::optional<SharedFile> open(std::string_view name, std::error_code& error) const;

 private:
  Descriptor open_directory(std::error_code& error) const;

  std::string path_;
};

}  // namespace jpegwire
