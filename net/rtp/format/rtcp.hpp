#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "codec/time.hpp"

namespace jpegwire {

/// A list of at most `kCapacity` values inside the object, without heap allocation.
template <typename T, std::size_t kCapacity>
class BoundedList {
 public:
  static constexpr std::size_t capacity() { return kCapacity; }

  /// False, without adding anything, if the list is full.
  bool push_back(const T& value) {
    if (size_ == kCapacity) return false;
    values_[size_++] = value;
    return true;
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const T& operator[](std::size_t at) const { return values_[at]; }
  const T* data() const { return values_.data(); }
  const T* begin() const { return values_.data(); }
  const T* end() const { return values_.data() + size_; }

  bool operator==(const BoundedList& other) const {
    return std::equal(begin(), end(), other.begin(), other.end());
  }

 private:
  std::array<T, kCapacity> values_{};
  std::size_t size_ = 0;
};

/// The types of RTCP packets that are written or read (RFC 3550 section 12.1, RFC 4585 section 6.1,
/// RFC 3611 section 2).
enum class RtcpType : std::uint8_t {
  sender_report = 200,
  receiver_report = 201,
  description = 202,
  bye = 203,
  application = 204,
  transport_feedback = 205,
  payload_feedback = 206,
  extended_report = 207,
};

inline constexpr std::size_t kRtcpHeaderSizeBytes = 4;
inline constexpr unsigned kGenericNackFormat = 1;   // RFC 4585, section 6.2
inline constexpr unsigned kReferenceTimeBlock = 4;  // RFC 3611, section 4.4
inline constexpr unsigned kEchoBlock = 5;           // RFC 3611, section 4.5

/// The name of the APP packets by which our receivers report frames (docs/protocol.md), and the
/// version of the report, as their subtype. Later versions may append fields.
inline constexpr std::string_view kFrameReportName = "jpgv";
inline constexpr unsigned kFrameReportVersion = 2;

/// The maximum number of reports in a packet: their count has five bits.
inline constexpr std::size_t kMaxReceptionReports = 31;
inline constexpr std::size_t kMaxReferenceTimeEchoes = 31;
/// The maximum number of entries in a NACK that is written; each names a sequence number and any of
/// the 16 after it. Of a NACK that is read, only the first kMaxNackedSequences numbers count.
inline constexpr std::size_t kMaxNackEntries = 16;
inline constexpr std::size_t kMaxNackedSequences = kMaxNackEntries * 17;

/// A sender's report on its stream (RFC 3550, section 6.4.1): the same time on its wall clock and
/// on the stream's 90 kHz clock, and what it has sent so far, in counts that wrap around.
struct SenderInfo {
  WallTime time{};  // the epoch: the sender has no wall clock
  std::uint32_t rtp_timestamp = 0;
  std::uint32_t packets = 0;
  std::uint32_t octets = 0;  // of payload

  bool operator==(const SenderInfo&) const = default;
};

/// A receiver's report on the stream of one source (RFC 3550, section 6.4.1).
struct ReceptionReport {
  std::uint32_t ssrc = 0;                // of the source
  std::uint8_t fraction_lost = 0;        // in 1/256 of the packets expected since the last report
  std::int32_t cumulative_lost = 0;      // packets; clamped to 24 bits with a sign
  std::uint32_t highest_sequence = 0;    // extended
  std::uint32_t jitter = 0;              // RTP units
  std::uint32_t last_sender_report = 0;  // to_compact() of its time; 0: none yet
  std::uint32_t delay_since_sender_report = 0;  // 1/65536 s

  bool operator==(const ReceptionReport&) const = default;
};

/// A sender's echo of a receiver's reference time, from which the receiver knows the round trip
/// (RFC 3611, section 4.5).
struct ReferenceTimeEcho {
  std::uint32_t ssrc = 0;            // of the receiver
  std::uint32_t last_reference = 0;  // to_compact() of the receiver's own time
  std::uint32_t delay = 0;           // since it arrived, in 1/65536 s

  bool operator==(const ReferenceTimeEcho&) const = default;
};

/// A receiver's request to send packets again (RFC 4585, section 6.2.1).
struct Nack {
  std::uint32_t media_ssrc = 0;
  BoundedList<std::uint16_t, kMaxNackedSequences> sequences{};

  bool operator==(const Nack&) const = default;
};

}  // namespace jpegwire
