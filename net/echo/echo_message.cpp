#include "net/echo/echo_message.hpp"

#include "net/framing/size_prefix.hpp"

namespace jpegwire {

void EchoMessage::begin() {
  resize(kPrefixBytes);
  filled_ = 0;
  reads_ = 0;
  has_size_ = false;
}

void EchoMessage::fill(std::size_t size) {
  resize(kPrefixBytes + size);
  write_size(SizePrefix::be32, static_cast<std::uint32_t>(size), bytes_);
  for (std::size_t i = 0; i < size; ++i)
    bytes_[kPrefixBytes + i] = static_cast<std::byte>(i * 31 + i / 256);
  filled_ = size_;
  has_size_ = true;
}

void EchoMessage::resize(std::size_t size) {
  size_ = size;
  if (bytes_.size() < size) bytes_.resize(size);
}

std::span<std::byte> EchoMessage::space() {
  return std::span(bytes_).first(size_).subspan(filled_);
}

bool EchoMessage::received(std::size_t size) {
  filled_ += size;
  ++reads_;
  if (has_size_ || filled_ < kPrefixBytes) return true;
  const std::uint64_t announced = *read_size(SizePrefix::be32, bytes_);
  if (announced > kLargest) return false;
  has_size_ = true;
  resize(kPrefixBytes + static_cast<std::size_t>(announced));
  return true;
}

}  // namespace jpegwire
