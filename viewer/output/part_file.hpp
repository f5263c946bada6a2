#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "app/descriptor.hpp"
#include "codec/frame.hpp"
#include "codec/time.hpp"
#include "net/http/sha256.hpp"

namespace jpegwire {

/// A file that is being fetched: NAME.part until it is complete, then NAME. It is locked, so two
/// programs cannot write the same one. Failures are thrown as std::runtime_error with a
/// one-sentence message. Waits for the disk; bound to one thread.
class PartFile {
 public:
  /// Opens the part that an earlier attempt left, or creates an empty one. Throws if a file NAME
  /// exists.
  explicit PartFile(std::filesystem::path file);
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  /// Keeps NAME.part unless it is empty.
  ~PartFile();

  /// Hashes the next few MB of the existing bytes; false once all are hashed. Call it until then,
  /// before any function below.
  bool hash_some();

  /// The number of bytes in the part.
  std::uint64_t size_bytes() const { return size_; }

  void append(Bytes bytes);

  /// Whether the part contains these bytes at `offset`.
  bool has(std::uint64_t offset, Bytes bytes) const;

  /// The digest of all bytes in the part.
  Sha256Digest digest() const { return hash_.digest(); }

  /// Renames the part to a free name such as NAME.part-2, starts an empty part, and returns that
  /// name.
  std::string begin_anew();

  /// Renames the part to NAME, unless such a file exists by now, and sets its modification time.
  void complete(WallTime modified);

  std::string name() const { return file_.filename(); }
  std::string part_name() const { return part_.filename(); }

 private:
  void open();
  void require_free_name() const;

  std::filesystem::path file_;
  std::filesystem::path part_;
  Descriptor descriptor_;
  std::uint64_t size_ = 0;
  std::uint64_t hashed_ = 0;
  Sha256 hash_;
  bool is_complete_ = false;
};

}  // namespace jpegwire
