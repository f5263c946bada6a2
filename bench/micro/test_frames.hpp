#pragma once

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <opencv2/core.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/band_pool.hpp"
#include "codec/frame.hpp"
#include "codec/jpeg_encoder.hpp"
#include "net/framing/size_prefix.hpp"
#include "net/rtp/jpeg_packetizer.hpp"
#include "sender/sources/test_card.hpp"
#include "sender/sources/test_scene.hpp"

namespace jpegwire::bench {

inline constexpr int kWidth = 1920;
inline constexpr int kHeight = 1080;
inline constexpr int kQuality = 80;

/// The scene of the test card with the noise of a sensor, always the same. It has no time text,
/// because that would change the work of each run.
inline std::shared_ptr<Picture> test_picture(int width, int height) {
  constexpr double kNoiseDeviation = 2;
  auto picture = std::make_shared<Picture>();
  picture->resize(PixelFormat::i420, width, height);
  const Planes planes = planes_of(*picture);
  const Planes scene = make_test_scene({width, height});
  cv::RNG random(1);
  for (const auto& [from, to] :
       {std::pair(scene.luma, planes.luma), std::pair(scene.chroma_blue, planes.chroma_blue),
        std::pair(scene.chroma_red, planes.chroma_red)}) {
    cv::Mat noise(from.size(), CV_16SC1);
    random.fill(noise, cv::RNG::NORMAL, 0, kNoiseDeviation);
    cv::add(from, noise, to, cv::noArray(), CV_8U);
  }
  return picture;
}

/// The picture as a camera delivers it: the luma of the test card, and its chroma for each row
/// instead of every second row.
inline Picture yuyv_picture(int width, int height) {
  const std::shared_ptr<Picture> card = test_picture(width, height);
  Picture picture;
  picture.resize(PixelFormat::yuyv, width, height);
  const std::byte* luma = card->pixels.data();
  const std::byte* u = luma + width * height;
  const std::byte* v = u + width / 2 * (height / 2);
  std::byte* out = picture.pixels.data();
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; x += 2) {
      const int chroma = y / 2 * (width / 2) + x / 2;
      *out++ = luma[y * width + x];
      *out++ = u[chroma];
      *out++ = luma[y * width + x + 1];
      *out++ = v[chroma];
    }
  return picture;
}

/// The JPEG as in a file.
inline std::vector<std::byte> whole(const JpegLayout& layout) {
  std::vector<std::byte> jpeg{std::byte{0xFF}, std::byte{0xD8}};
  jpeg.insert(jpeg.end(), layout.header.begin(), layout.header.end());
  for (const Bytes band : layout.bands) jpeg.insert(jpeg.end(), band.begin(), band.end());
  return jpeg;
}

/// Encoded frames of the test card, as a sender makes them, at 1920x1080 and quality 80.
inline std::vector<std::shared_ptr<EncodedFrame>> test_card_frames(std::size_t count) {
  BandPool pool(default_threads());
  JpegEncoder encoder(pool, {.quality = 80, .rows_per_band = kRtpRowsPerBand});
  TestCard card(1920, 1080, 0);
  std::vector<std::shared_ptr<EncodedFrame>> frames;
  while (frames.size() < count) frames.push_back(encoder.encode(*card.read({})->raw));
  return frames;
}

/// The same frame on every call, in bands as for datagrams.
inline std::shared_ptr<EncodedFrame> still_frame() {
  BandPool pool(1);
  return JpegEncoder(pool, {.quality = kQuality, .rows_per_band = kRtpRowsPerBand})
      .encode(*test_picture(kWidth, kHeight));
}

/// Packetizes a complete frame; the packets refer to its bytes.
inline void cut(JpegPacketizer& packetizer, const EncodedFrame& frame,
                std::vector<OutgoingPacket>& packets) {
  packets.clear();
  packetizer.begin_frame(frame, {});
  while (packetizer.has_more_bands()) packetizer.add_band(packets);
}

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
