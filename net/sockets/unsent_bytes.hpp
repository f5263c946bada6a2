#pragma once

#include <asio/buffer.hpp>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "codec/frame.hpp"

namespace jpegwire {

/// The bytes that a connection still has to write, as views that it does not own: gathered for one
/// call, or cut into pieces for several. Does not allocate once its lists have grown.
class UnsentBytes {
 public:
  /// The maximum size of a piece; 0: unlimited.
  explicit UnsentBytes(std::size_t piece_bytes) : piece_bytes_(piece_bytes) {}

  /// Drops all remaining bytes. Then add() the new ones.
  void clear();
  void add(Bytes bytes);
  void add(std::string_view text) { add(std::as_bytes(std::span(text))); }

  bool empty() const { return first_ == buffers_.size(); }

  std::size_t size_bytes() const { return size_bytes_; }

  /// The bytes for the next write, up to the end of the current piece. Valid until the next call.
  std::span<const asio::const_buffer> piece();

  /// Call this after `size` bytes of piece() were written. True if the piece is complete.
  bool sent(std::size_t size);

 private:
  void drop(std::size_t size);

  const std::size_t piece_bytes_;
  std::vector<asio::const_buffer> buffers_;
  std::size_t first_ = 0;  // of the buffers that are not yet written
  std::size_t size_bytes_ = 0;
  std::size_t left_of_piece_ = 0;
  std::vector<asio::const_buffer> piece_;
};

}  // namespace jpegwire
