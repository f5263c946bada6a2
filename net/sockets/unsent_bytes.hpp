#pragma once

#include <asio/buffer.hpp>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "codec/frame.hpp"

namespace jpegwire {

/// What a connection has yet to write: views of bytes, which it does not own, gathered for one
/// call, or cut into pieces for several. Takes nothing from the heap once its lists have grown.
class UnsentBytes {
 public:
  /// Pieces of at most so many bytes; 0: all in one.
  explicit UnsentBytes(std::size_t piece_bytes) : piece_bytes_(piece_bytes) {}

  /// Drops what is left; then add() what is to be written.
  void clear();
  void add(Bytes bytes);
  void add(std::string_view text) { add(std::as_bytes(std::span(text))); }

  bool empty() const { return first_ == buffers_.size(); }

  /// What the next write may take, up to the end of the current piece. Valid until the next call.
  std::span<const asio::const_buffer> piece();

  /// So many bytes of piece() were written. True where these were all.
  bool sent(std::size_t size);

 private:
  void drop(std::size_t size);

  const std::size_t piece_bytes_;
  std::vector<asio::const_buffer> buffers_;
  std::size_t first_ = 0;  // of the buffers that are not yet written
  std::size_t left_of_piece_ = 0;
  std::vector<asio::const_buffer> piece_;
};

}  // namespace jpegwire
