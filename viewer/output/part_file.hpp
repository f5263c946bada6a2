#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "app/descriptor.hpp"
#include "codec/frame.hpp"
#include "codec/time.hpp"
#include "net/http/sha256.hpp"

namespace jpegwire {

/// A file that is being fetched: NAME.part until it is whole, then NAME. Two programs cannot fill
/// the same one. All that fails is thrown as std::runtime_error with one sentence. Waits for the
/// disk; bound to one thread.
class PartFile {
 public:
  /// Opens what an earlier try has left, or begins anew. Throws where a file NAME is there already.
  explicit PartFile(std::filesystem::path file);
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  /// Leaves NAME.part where it has bytes, and nothing where it has none.
  ~PartFile();

  /// The hash takes what is there, a few MB each time; false once it has all. To be called until
  /// then before anything below.
  bool hash_some();

  /// All bytes that are there.
  std::uint64_t size_bytes() const { return size_; }

  void append(Bytes bytes);

  /// Whether these bytes are there at `offset`.
  bool has(std::uint64_t offset, Bytes bytes) const;

  /// Of all bytes that are there.
  Sha256Digest digest() const { return hash_.digest(); }

  /// Moves what is there to a free name, NAME.part-2 or so, and gives that name.
  std::string begin_anew();

  /// Gives it its name, unless a file of that name has come meanwhile, and this time.
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
