#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "codec/bytes.hpp"

namespace jpegwire {

/// Received bytes whose destination is not yet known. Bound to one thread.
class StagingBuffer {
 public:
  explicit StagingBuffer(std::size_t read_bytes) : read_bytes_(read_bytes), storage_(read_bytes) {}

  Bytes bytes() const { return Bytes(storage_).subspan(begin_, end_ - begin_); }

  /// Where to put the next bytes. Not empty as long as fewer than `read_bytes` are staged.
  std::span<std::byte> space() {
    const std::size_t size = end_ - begin_;
    put_bytes(storage_, bytes());
    begin_ = 0;
    end_ = size;
    return std::span(storage_).subspan(end_);
  }

  /// `size` bytes were put at the front of space().
  void received(std::size_t size) { end_ += size; }

  /// Drops bytes from the front.
  void drop(std::size_t size) { begin_ += size; }

  /// Puts bytes, which must not be its own, in front of the staged ones.
  void put_back(Bytes front) {
    if (front.empty()) return;
    const std::size_t size = front.size() + bytes().size();
    if (front.size() > begin_) {
      std::vector<std::byte> larger(size + read_bytes_);
      put_bytes(std::span(larger).subspan(front.size()), bytes());
      storage_.swap(larger);
      begin_ = front.size();
      end_ = size;
    }
    begin_ -= front.size();
    put_bytes(std::span(storage_).subspan(begin_), front);
  }

 private:
  std::size_t read_bytes_;
  std::vector<std::byte> storage_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace jpegwire
