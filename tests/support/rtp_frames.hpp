#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "codec/jpeg_encoder.hpp"
#include "codec/jpeg_layout.hpp"
#include "codec/jpeg_markers.hpp"
#include "net/rtp/jpeg_packetizer.hpp"
#include "support/jpegs.hpp"

/// Frames for RTP/JPEG, and their packets.
namespace jpegwire::test {

using FramePointer = std::shared_ptr<const EncodedFrame>;

/// Frame number `sequence` at 25 frames/s.
inline WallTime capture_time(std::uint32_t sequence) {
  return WallTime(std::chrono::seconds(1'700'000'000)) + sequence * milliseconds(40);
}

/// A picture encoded by JpegEncoder.
inline FramePointer encoded(int width, int height, const EncoderSettings& settings = {},
                            std::uint32_t sequence = 0) {
  BandPool pool(1);
  JpegEncoder encoder(pool, settings);
  return encoder.encode(make_bgr(width, height, sequence + 1),
                        {.sequence = sequence, .capture_time = capture_time(sequence)});
}

/// A JPEG from another encoder.
inline FramePointer validated(ByteVector jpeg, std::uint32_t sequence = 0) {
  auto frame = std::make_shared<EncodedFrame>();
  frame->sequence = sequence;
  frame->capture_time = capture_time(sequence);
  frame->storage.push_back(std::move(jpeg));
  if (validate(*frame) != JpegVerdict::ok) throw std::runtime_error("it is not a valid JPEG");
  return frame;
}

/// The same with quantization tables that no Q from 1 to 99 stands for.
inline ByteVector with_own_tables(ByteVector jpeg, int step = 7) {
  jpeg.at(find_segment(jpeg, 0xDB) + 5) = static_cast<std::byte>(step);
  return jpeg;
}

inline StampExtension stamp_of(const EncodedFrame& frame) {
  StampExtension extension;
  extension.stamp.stream_id = 42;
  extension.stamp.sequence = frame.sequence;
  extension.stamp.capture_time = frame.capture_time;
  return extension;
}

/// The packets of one frame; throws if it is not fit.
inline std::vector<ByteVector> packetize(JpegPacketizer& packetizer, const EncodedFrame& frame) {
  if (packetizer.begin_frame(frame, stamp_of(frame)) != JpegFitness::fit)
    throw std::runtime_error("the frame is not fit");
  std::vector<OutgoingPacket> packets;
  while (packetizer.has_more_bands()) packetizer.add_band(packets);
  std::vector<ByteVector> datagrams;
  for (const OutgoingPacket& packet : packets) {
    append(datagrams.emplace_back(), packet.head());
    append(datagrams.back(), packet.data);
  }
  return datagrams;
}

/// A parsed datagram; throws if it is not RTP/JPEG.
struct ParsedPacket {
  explicit ParsedPacket(Bytes datagram) : rtp(parse_rtp(datagram).value()) {
    if (parse_jpeg_payload(rtp.payload, jpeg) != PacketFault::none)
      throw std::runtime_error("the packet is not RTP/JPEG");
  }

  RtpPacket rtp;
  JpegPayload jpeg;
};

/// The kinds of frames that RTP/JPEG can carry, for tests of sending and receiving.
struct NamedFrame {
  const char* name;
  FramePointer frame;
  bool is_aligned;  // packets with restart intervals
};

inline std::vector<NamedFrame> named_frames() {
  const auto camera = [](int subsampling, const char* restart, int height = 120) {
    return encode_plainly(make_bgr(168, height),
                          {.subsampling = subsampling, .quality = 97, .restart = restart});
  };
  return {
      {"our own bands", encoded(328, 240, {.quality = 95}), true},
      {"our own one band", encoded(328, 240, {.quality = 95, .bands = 1}), false},
      {"a restart marker each row", validated(camera(TJSAMP_420, "1")), true},
      {"the same in 4:2:2", validated(camera(TJSAMP_422, "1")), true},
      {"more rows than bands", validated(camera(TJSAMP_422, "1", 640)), true},
      {"a restart marker every third row", validated(camera(TJSAMP_420, "3")), true},
      {"a restart interval for the whole", validated(camera(TJSAMP_420, "100")), true},
      {"restart markers between rows", validated(camera(TJSAMP_420, "5B")), false},
      {"restart markers that meet the rows' ends", validated(camera(TJSAMP_420, "4B")), false},
      {"no restart markers", validated(camera(TJSAMP_422, "")), false},
      {"tables of its own", validated(with_own_tables(camera(TJSAMP_420, "1"))), true},
  };
}

/// The entropy-coded bytes of a frame without EOI.
inline ByteVector scan_of(const EncodedFrame& frame) {
  ByteVector scan;
  for (const Bytes band : frame.layout.bands) append(scan, band);
  scan.resize(scan.size() - 2);
  return scan;
}

/// The frame's restart intervals, each with the marker that ends it.
inline std::vector<ByteVector> restart_intervals_of(const EncodedFrame& frame) {
  std::vector<ByteVector> intervals(1);
  ByteVector scan = scan_of(frame);
  append(scan, to_bytes({0xFF, 0xD9}));
  for (std::size_t at = 0; at < scan.size(); ++at) {
    intervals.back().push_back(scan[at]);
    if (at > 0 && scan[at - 1] == marker::kPrefix && marker::is_restart(scan[at]))
      intervals.emplace_back();
  }
  return intervals;
}

/// A datagram with headers as put_rtp_header() and put_jpeg_payload_header() write them, followed
/// by data.
inline ByteVector craft(const RtpHeader& header, const JpegFormat& format,
                        const JpegFragment& fragment, Bytes data,
                        const QuantizationTables* tables = nullptr) {
  ByteVector datagram(kRtpHeaderSizeBytes + kMaxJpegPayloadHeaderSizeBytes);
  const auto payload = put_rtp_header(datagram, header, false);
  const auto rest = put_jpeg_payload_header(payload, format, fragment, tables);
  datagram.resize(datagram.size() - rest.size());
  append(datagram, data);
  return datagram;
}

}  // namespace jpegwire::test
