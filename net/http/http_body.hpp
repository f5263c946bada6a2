#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace jpegwire {

/// Removes the framing of a response's body (RFC 9112, sections 6 and 7.1), without sockets. Bound
/// to one thread.
class HttpBody {
 public:
  enum class State {
    open,
    ended,      // in order; what follows is not the body's
    malformed,  // its chunks are: nothing more can be read
  };

  /// The body consists of chunks, or has `content_length` bytes, or ends with the connection.
  HttpBody(bool is_chunked, std::optional<std::uint64_t> content_length);

  /// Moves the content within the bytes received to their front, and returns its size.
  std::size_t decode(std::span<std::byte> received);

  State state() const;

 private:
  enum class Step {
    content,
    chunk_size,  // hexadecimal digits
    extension,   // the rest of that line
    chunk_end,   // the line break behind a chunk's content
    trailer,     // the lines behind the last chunk
    ended,
    malformed,
  };

  void read(char c);
  void read_size(char c);
  void end_size_line();

  bool is_chunked_;
  Step step_;
  std::uint64_t left_ = 0;      // content of the chunk, or of the body
  int size_digits_ = 0;         // read of a chunk's size
  std::size_t line_bytes_ = 0;  // read of the line
};

}  // namespace jpegwire
