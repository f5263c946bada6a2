#pragma once

#include <cstdint>
#include <list>
#include <optional>

#include "codec/frame.hpp"
#include "net/http/sha256.hpp"
#include "net/web/shared_directory.hpp"

namespace jpegwire {

/// The SHA-256 of files: computed once for each version of a file, from bytes that are read to be
/// sent or for the digest alone, and cached. Keeps the 256 most recently requested versions. Bound
/// to one thread.
class FileDigests {
 public:
  /// Adds the bytes at `offset`. Bytes that were added before, or that leave a gap, are ignored.
  void add(const FileVersion& version, std::uint64_t offset, Bytes bytes);

  /// How many bytes from the start of the file have been added.
  std::uint64_t hashed_bytes(const FileVersion& version) { return find(version).hashed_bytes; }

  /// Nothing until all bytes have been added.
  std::optional<Sha256Digest> digest(const FileVersion& version);

 private:
  struct Entry {
    FileVersion version;
    std::uint64_t hashed_bytes = 0;
    Sha256 hash{};
  };

  Entry& find(const FileVersion& version);

  std::list<Entry> entries_;  // the most recently requested first
};

}  // namespace jpegwire
