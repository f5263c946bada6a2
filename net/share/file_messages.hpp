#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "codec/frame.hpp"
#include "codec/time.hpp"
#include "net/framing/size_prefix.hpp"
#include "net/share/sha256.hpp"

namespace jpegwire {

// What a client and a sender that shares a directory say to each other (docs/protocol.md). The
// parsers take one message without the size in front of it, give nothing where it is none, bound
// every length, and pass over what later versions may put behind the fields.

struct ListRequest {
  bool operator==(const ListRequest&) const = default;
};

/// From the byte `offset` on.
struct FetchRequest {
  std::uint64_t offset = 0;
  std::string name;
  bool operator==(const FetchRequest&) const = default;
};

using FileRequest = std::variant<ListRequest, FetchRequest>;

/// With its be32 size in front, at most 4 + 512 bytes. A name has at most 255 bytes.
std::vector<std::byte> write_file_request(const FileRequest& request);
std::optional<FileRequest> parse_file_request(Bytes message);

/// One file of a list; the name is_offered_name(). One that is still being written, as a recording
/// that goes on, is not sent.
struct OfferedFile {
  std::string name;
  std::uint64_t size_bytes = 0;
  WallTime modified{};
  bool is_being_written = false;
  bool operator==(const OfferedFile&) const = default;
};

/// So many files more are there than the list has room for.
struct ListEnd {
  std::uint32_t left_out = 0;
  bool operator==(const ListEnd&) const = default;
};

/// The first answer to a FetchRequest.
struct FileHead {
  std::uint64_t size_bytes = 0;
  WallTime modified{};
  bool operator==(const FileHead&) const = default;
};

/// Bytes of the file from `offset` on, lent by the message. Without any it says that the sender is
/// at work.
struct FileChunk {
  std::uint64_t offset = 0;
  Bytes data;
};

/// The SHA-256 of all bytes of the file before `offset`.
struct FileDigest {
  std::uint64_t offset = 0;
  Sha256Digest digest{};
  bool operator==(const FileDigest&) const = default;
};

/// The last answer where the request is not fulfilled.
struct Refusal {
  enum class Reason : std::uint8_t {
    not_understood = 1,
    nothing_shared,
    no_such_file,
    busy,
    changed,     // the file, while it was being sent
    beyond_end,  // the offset is
    unreadable,
    being_written,
    other = 0xFF,  // whatever later versions add, of which the sentence tells
  };
  Reason reason = Reason::not_understood;
  std::string sentence;  // is_plain_text(), at most 1000 bytes
  bool operator==(const Refusal&) const = default;
};

using FileMessage = std::variant<OfferedFile, ListEnd, FileHead, FileChunk, FileDigest, Refusal>;

/// Whether it is an answer to a file request at all, of whatever version, and not a frame.
bool is_file_message(Bytes message);
std::optional<FileMessage> parse_file_message(Bytes message);

/// Bytes that a chunk has at most.
inline constexpr std::size_t kMaxChunkBytes = std::size_t{512} << 10;

/// Puts messages one behind the other, each with a size in front. A size is never a multiple of
/// 256, as such sizes may mean another one in the other byte order, and the first message of a
/// stream tells which order it has.
class FileMessageWriter {
 public:
  explicit FileMessageWriter(SizePrefix prefix) : prefix_(prefix) {}

  void add(const FileMessage& message);

  /// Room for so many bytes of a chunk, which end_chunk() completes and drop_chunk() takes back.
  std::span<std::byte> begin_chunk(std::uint64_t offset, std::size_t size_bytes);
  void end_chunk() { end(); }
  void drop_chunk();

  /// Size 0.
  void add_end_of_stream();

  Bytes bytes() const { return bytes_; }
  void clear() { bytes_.clear(); }

 private:
  void begin(std::uint8_t kind);
  void end();

  SizePrefix prefix_;
  std::vector<std::byte> bytes_;
  std::size_t message_begin_ = 0;  // behind its size
};

}  // namespace jpegwire
