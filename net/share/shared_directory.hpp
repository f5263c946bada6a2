#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "app/descriptor.hpp"
#include "net/share/file_messages.hpp"

namespace jpegwire {

/// A file of a shared directory that stands open. Its functions wait for the disk.
class SharedFile {
 public:
  /// Nothing, and why, where the descriptor is no regular file.
  static std::optional<SharedFile> of(Descriptor file, std::error_code& error);

  /// As it was when it was opened.
  const FileHead& head() const { return head_; }

  /// Bytes from the offset on, fewer only at the file's end; an error leaves 0.
  std::size_t read(std::uint64_t offset, std::span<std::byte> out, std::error_code& error) const;

  /// Whether it was modified just now, so that more may come.
  bool is_being_written() const;

  /// Whether its size or its time of modification, to the nanosecond, is another than it was.
  bool has_changed() const;

 private:
  SharedFile(Descriptor file, FileHead head, std::int64_t nanoseconds)
      : file_(std::move(file)), head_(head), nanoseconds_(nanoseconds) {}

  Descriptor file_;
  FileHead head_;
  std::int64_t nanoseconds_;  // since the epoch, when it was modified
};

/// A directory whose recordings and pictures others may read: the regular files directly in it
/// whose names is_offered_name(), and nothing else, whatever a name or a symbolic link says. It is
/// opened each time, so that it may go and come back, as that of a disk does that is unplugged. Its
/// functions wait for the disk; any thread may call them.
class SharedDirectory {
 public:
  /// Throws std::runtime_error with one sentence where there is no such directory to be read.
  explicit SharedDirectory(std::string path);

  struct Listing {
    std::vector<OfferedFile> files;  // the newest first
    std::uint32_t left_out = 0;      // of the oldest
  };

  /// At most so many files. Nothing, and why, where the directory cannot be read.
  std::optional<Listing> list(std::size_t most, std::error_code& error) const;

  /// Why it cannot be read now, if it cannot.
  std::error_code trouble() const;

  /// Nothing, and why, where it offers no file of this name or cannot read it.
  std::optional<SharedFile> open(std::string_view name, std::error_code& error) const;

 private:
  Descriptor open_directory(std::error_code& error) const;

  std::string path_;
};

}  // namespace jpegwire
