#pragma once

#include <cstddef>
#include <cstdint>

#include "codec/time.hpp"
#include "net/rtp/format/bounded_list.hpp"

namespace jpegwire {

/// The types of RTCP packets that are written or read (RFC 3550 section 12.1, RFC 4585 section 6.1,
/// RFC 3611 section 2).
enum class RtcpType : std::uint8_t {
  sender_report = 200,
  receiver_report = 201,
  description = 202,
  bye = 203,
  transport_feedback = 205,
  payload_feedback = 206,
  extended_report = 207,
};

inline constexpr std::size_t kRtcpHeaderSizeBytes = 4;
inline constexpr unsigned kGenericNackFormat = 1;   // RFC 4585, section 6.2
inline constexpr unsigned kReferenceTimeBlock = 4;  // RFC 3611, section 4.4
inline constexpr unsigned kEchoBlock = 5;           // RFC 3611, section 4.5

/// One packet carries this many reports at most: their count has five bits.
inline constexpr std::size_t kMaxReceptionReports = 31;
inline constexpr std::size_t kMaxReferenceTimeEchoes = 31;
/// A NACK is written with this many entries at most; one names a sequence number and any of the 16
/// behind it. Read are as many as give this many numbers.
inline constexpr std::size_t kMaxNackEntries = 16;
inline constexpr std::size_t kMaxNackedSequences = kMaxNackEntries * 17;

/// What a sender says of its stream (RFC 3550, section 6.4.1): the same moment on its wall clock
/// and on the stream's 90 kHz clock, and what it has sent so far, counts that wrap around.
struct SenderInfo {
  WallTime time{};  // the epoch: the sender has no wall clock
  std::uint32_t rtp_timestamp = 0;
  std::uint32_t packets = 0;
  std::uint32_t octets = 0;  // of payload

  bool operator==(const SenderInfo&) const = default;
};

/// What a receiver says of the stream of one source (RFC 3550, section 6.4.1).
struct ReceptionReport {
  std::uint32_t ssrc = 0;                // of the source
  std::uint8_t fraction_lost = 0;        // 1/256 of what was expected since the report before
  std::int32_t cumulative_lost = 0;      // packets; 24 bits with a sign, and clamped to them
  std::uint32_t highest_sequence = 0;    // extended
  std::uint32_t jitter = 0;              // RTP units
  std::uint32_t last_sender_report = 0;  // to_compact() of its time; 0: none yet
  std::uint32_t delay_since_sender_report = 0;  // 1/65536 s

  bool operator==(const ReceptionReport&) const = default;
};

/// What a sender gives back of a receiver's reference time, so that the receiver too knows the
/// round trip (RFC 3611, section 4.5).
struct ReferenceTimeEcho {
  std::uint32_t ssrc = 0;            // of the receiver
  std::uint32_t last_reference = 0;  // to_compact() of the receiver's own time
  std::uint32_t delay = 0;           // since that came, in 1/65536 s

  bool operator==(const ReferenceTimeEcho&) const = default;
};

/// What a receiver asks for again (RFC 4585, section 6.2.1).
struct Nack {
  std::uint32_t media_ssrc = 0;
  BoundedList<std::uint16_t, kMaxNackedSequences> sequences{};

  bool operator==(const Nack&) const = default;
};

}  // namespace jpegwire
