#include "net/sockets/unsent_bytes.hpp"

#include <algorithm>

namespace jpegwire {

void UnsentBytes::clear() {
  buffers_.clear();
  first_ = 0;
  size_bytes_ = 0;
  left_of_piece_ = piece_bytes_;
}

void UnsentBytes::add(Bytes bytes) {
  if (bytes.empty()) return;
  buffers_.emplace_back(bytes.data(), bytes.size());
  size_bytes_ += bytes.size();
}

std::span<const asio::const_buffer> UnsentBytes::piece() {
  const auto unsent = std::span<const asio::const_buffer>(buffers_).subspan(first_);
  if (piece_bytes_ == 0) return unsent;
  piece_.clear();
  std::size_t room = left_of_piece_;
  for (const asio::const_buffer& buffer : unsent) {
    if (room == 0) break;
    piece_.push_back(asio::buffer(buffer, room));
    room -= piece_.back().size();
  }
  return piece_;
}

bool UnsentBytes::sent(std::size_t size) {
  drop(size);
  if (piece_bytes_ == 0) return empty();
  left_of_piece_ -= size;
  const bool is_whole = left_of_piece_ == 0 || empty();
  if (is_whole) left_of_piece_ = piece_bytes_;
  return is_whole;
}

void UnsentBytes::drop(std::size_t size) {
  size_bytes_ -= size;
  while (!empty() && size >= buffers_[first_].size()) {
    size -= buffers_[first_].size();
    ++first_;
  }
  if (!empty()) buffers_[first_] += size;
}

}  // namespace jpegwire
