#pragma once

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "codec/band_pool.hpp"
#include "codec/jpeg_encoder.hpp"
#include "net/framing/size_prefix.hpp"
#include "test_pictures.hpp"

namespace jpegwire::bench {

/// The test picture as a JPEG, with the pool of the threads that encoded it.
struct CodedPicture {
  BandPool pool{1};
  std::shared_ptr<EncodedFrame> frame =
      JpegEncoder(pool, {.quality = kQuality}).encode(*test_picture(kWidth, kHeight));
};

inline std::vector<std::byte> coded_jpeg() { return whole(CodedPicture().frame->layout); }

inline std::vector<std::byte> behind(std::string_view head, const std::vector<std::byte>& jpeg,
                                     std::string_view tail) {
  std::vector<std::byte> stream;
  const auto append = [&stream](auto bytes) {
    const auto view = std::as_bytes(std::span(bytes));
    stream.insert(stream.end(), view.begin(), view.end());
  };
  append(head);
  append(std::span(jpeg));
  append(tail);
  return stream;
}

inline std::array<std::byte, 4> size_prefix_of(const std::vector<std::byte>& jpeg) {
  std::array<std::byte, 4> prefix{};
  write_size(SizePrefix::be32, static_cast<std::uint32_t>(jpeg.size()), prefix);
  return prefix;
}

inline std::vector<std::byte> size_prefixed(const std::vector<std::byte>& jpeg) {
  const std::array<std::byte, 4> prefix = size_prefix_of(jpeg);
  return behind({reinterpret_cast<const char*>(prefix.data()), prefix.size()}, jpeg, "");
}

inline std::vector<std::byte> multipart(const std::vector<std::byte>& jpeg) {
  const std::string head =
      fmt::format("--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {}\r\n\r\n", jpeg.size());
  return behind(head, jpeg, "\r\n");
}

/// The maximum number of bytes that one read of a socket returns.
inline constexpr std::size_t kReadBytes = std::size_t{64} << 10;

}  // namespace jpegwire::bench
