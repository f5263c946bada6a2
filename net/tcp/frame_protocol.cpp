#include "net/tcp/frame_protocol.hpp"

#include <fmt/format.h>

#include "net/http/http_answer.hpp"

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

// X-Accel-Buffering stops an nginx proxy from buffering frames. X-Jpegwire allows jpegwire-viewer
// to send reports on this connection, from which it learns the age of frames.
std::string multipart_answer_head() {
  return answer_head({.type = "multipart/x-mixed-replace; boundary=frame",
                      .fields = "X-Accel-Buffering: no\r\nX-Jpegwire: reports\r\n",
                      .keeps_alive = false});
}

MultipartProtocol::MultipartProtocol() : opening_(multipart_answer_head() + "--frame\r\n") {}

std::size_t MultipartProtocol::write_head(const EncodedFrame& frame, std::size_t jpeg_size_bytes,
                                          std::span<std::byte> out) {
  const auto microseconds_since_epoch = frame.capture_time.time_since_epoch().count();
  auto* begin = reinterpret_cast<char*>(out.data());
  char* end = fmt::format_to_n(begin, out.size(),
                               "Content-Type: image/jpeg\r\n"
                               "Content-Length: {}\r\n"
                               "X-Timestamp: {}.{:06}\r\n",
                               jpeg_size_bytes, microseconds_since_epoch / 1'000'000,
                               microseconds_since_epoch % 1'000'000)
                  .out;
  const auto left = out.size() - static_cast<std::size_t>(end - begin);
  end = frame.quality > 0 ? fmt::format_to_n(end, left, "X-Quality: {}\r\n\r\n", frame.quality).out
                          : fmt::format_to_n(end, left, "\r\n").out;
  return static_cast<std::size_t>(end - begin);
}

std::string_view MultipartProtocol::tail() const { return "\r\n--frame\r\n"; }

}  // namespace jpegwire
