#include "net/tcp/size_prefix_protocol.hpp"

namespace jpegwire {

SizePrefixProtocol::SizePrefixProtocol(SizePrefix prefix) : prefix_(prefix) {
  write_size(prefix_, 0, size_zero_);
}

std::size_t SizePrefixProtocol::write_head(const EncodedFrame&, std::size_t jpeg_size_bytes,
                                           std::span<std::byte> out) {
  write_size(prefix_, static_cast<std::uint32_t>(jpeg_size_bytes), out);
  return prefix_size_bytes(prefix_);
}

std::string_view SizePrefixProtocol::closing() const {
  return {reinterpret_cast<const char*>(size_zero_.data()), prefix_size_bytes(prefix_)};
}

}  // namespace jpegwire
