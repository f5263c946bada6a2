#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "net/rtp/fec/fec_packet.hpp"
#include "net/rtp/format/jpeg_payload.hpp"
#include "net/rtp/format/packet.hpp"
#include "net/rtp/format/stamp_extension.hpp"
#include "net/rtp/jpeg_fitness.hpp"

namespace jpegwire {

/// A packet ready to be sent: its head, and data that the frame owns.
struct OutgoingPacket {
  static constexpr std::size_t kMaxHeadSizeBytes =
      kRtpHeaderSizeBytes + kStampExtensionSizeBytes + kMaxJpegPayloadHeaderSizeBytes;

  std::array<std::byte, kMaxHeadSizeBytes> head_bytes{};
  std::size_t head_size = 0;
  Bytes data;
  std::uint16_t sequence = 0;
  bool ends_band = false;

  Bytes head() const { return Bytes(head_bytes).first(head_size); }
  std::size_t size_bytes() const { return head_size + data.size(); }
};

inline constexpr std::size_t kDefaultMtuBytes = 1400;
inline constexpr std::size_t kMinMtuBytes = 256;
inline constexpr std::size_t kMaxMtuBytes = 8972;  // a jumbo frame without IP and UDP headers
static_assert(kMaxMtuBytes <= kMaxSourcePacketBytes);

inline constexpr std::uint8_t kJpegPayloadType = 26;

/// MCU rows in a band for RTP: a lost packet costs its band, so bands are small.
inline constexpr int kRtpRowsPerBand = 2;

struct PacketizerSettings {
  std::uint32_t ssrc = 0;
  std::uint16_t first_sequence = 0;
  std::uint32_t timestamp_offset = 0;
  std::size_t mtu_bytes = kDefaultMtuBytes;  // of a packet, RTP header included
};

/// Cuts frames into RTP/JPEG packets (RFC 2435), band by band, without copying. A restart interval
/// of whole MCU rows never shares a packet with another, so a lost packet costs only that interval.
/// The first packet of each interval carries the stamp. All packets of an interval except the last
/// have the full size, as UDP_SEGMENT requires. Bound to one thread.
class JpegPacketizer {
 public:
  explicit JpegPacketizer(const PacketizerSettings& settings);

  /// Begins a frame whose header and at least first band are ready. If it is not fit, no frame has
  /// begun.
  JpegFitness begin_frame(const EncodedFrame& frame, const StampExtension& stamp);

  /// Appends the packets of the next band to `packets`; they view the frame.
  void add_band(std::vector<OutgoingPacket>& packets);

  bool has_more_bands() const { return frame_ != nullptr && band_ < frame_->layout.bands.size(); }
  std::size_t bands_added() const { return band_; }

  /// The RTP timestamp of a wall-clock time, for sender reports.
  std::uint32_t timestamp_at(WallTime time) const;

  std::uint32_t ssrc() const { return settings_.ssrc; }

 private:
  void choose_timestamp(WallTime capture_time);
  void choose_q();
  bool is_aligned() const;
  void add_interval(Bytes data, bool is_end_of_frame, std::vector<OutgoingPacket>& packets);
  void add_packet(Bytes& data, bool first, bool is_end_of_frame,
                  std::vector<OutgoingPacket>& packets);
  std::span<std::byte> put_head(OutgoingPacket& packet, bool marker, bool has_stamp);

  PacketizerSettings settings_;
  std::uint16_t next_sequence_;
  std::uint32_t timestamp_ = 0;
  bool has_timestamp_ = false;

  const EncodedFrame* frame_ = nullptr;
  std::array<std::byte, kStampExtensionSizeBytes> stamp_{};
  JpegFormat format_;
  QuantizationTables tables_{};
  QuantizationTables tables_of_q_{};
  std::uint8_t q_ = 0;
  std::uint8_t next_own_q_ = 128;
  bool aligned_ = false;
  std::size_t band_ = 0;
  std::uint32_t offset_ = 0;
  std::uint16_t interval_ = 0;
};

}  // namespace jpegwire
