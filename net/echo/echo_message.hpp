#pragma once

#include <asio/buffer.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace jpegwire {

/// A message of the echo protocol (docs/protocol.md): be32 size, then so many bytes. It comes in
/// pieces of any size. Knows no sockets; bound to one thread.
class EchoMessage {
 public:
  static constexpr std::size_t kPrefixBytes = 4;
  static constexpr std::size_t kLargest = std::size_t{64} << 20;

  /// Begins a message that is to be received.
  void begin();

  /// Makes a message of so many bytes (at most kLargest) that is to be sent.
  void fill(std::size_t size);

  /// Where the next bytes go; empty when the message is whole.
  std::span<std::byte> space();

  /// `size` bytes were put at the front of space(). False where the size in front is larger than
  /// kLargest: nothing is allocated for it.
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
