#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "codec/jpeg_encoder.hpp"
#include "net/rtp/jpeg_packetizer.hpp"
#include "sender/sources/test_card.hpp"
#include "test_pictures.hpp"

namespace jpegwire::bench {

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

}  // namespace jpegwire::bench
