#pragma once

#include <asio/buffer.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace jpegwire {

/// A message of the echo protocol (docs/protocol.md): a be32 size, then that many bytes. It may be
/// received in parts of any size. Does not use sockets; bound to one thread.
class EchoMessage {
 public:
  static constexpr std::size_t kPrefixBytes = 4;
  static constexpr std::size_t kLargest = std::size_t{64} << 20;

  /// Prepares to receive a message.
  void begin();

  /// Makes a message of this many bytes (at most kLargest) to send.
  void fill(std::size_t size);

  /// The space for the next received bytes; empty when the message is complete.
  std::span<std::byte> space();

  /// `size` bytes were put at the front of space(). False if the announced size is larger than
  /// kLargest; then nothing is allocated.
  bool received(std::size_t size);

  bool is_whole() const { return has_size_ && filled_ == size_; }

  /// Calls of received() for this message.
  std::size_t reads() const { return reads_; }

  /// With the prefix.
  std::span<const std::byte> bytes() const { return std::span(bytes_).first(size_); }

 private:
  void resize(std::size_t size);

  std::vector<std::byte> bytes_;  // it only grows: clearing what is overwritten takes time
  std::size_t size_ = 0;          // of the message with its prefix, as far as it is known
  std::size_t filled_ = 0;
  std::size_t reads_ = 0;
  bool has_size_ = false;
};

}  // namespace jpegwire
