#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "codec/time.hpp"
#include "net/rtp/format/rtcp.hpp"

namespace jpegwire {

/// A receiver's statistics of the packets of one SSRC: which are new, how many are lost, and their
/// jitter (RFC 3550, appendices A.1, A.3 and A.8). Counts only packets from the network; restored
/// packets stay lost. Bound to one thread.
class SequenceTracker {
 public:
  ///  fresh: higher than all before.
  ///  late: lower than another one, and new.
  ///  duplicate: seen before.
  ///  wild: 3000 or more away from the highest, so it is neither believed nor counted.
  ///  restarted: the third wild packet in a row, or the last of a long run of duplicates, so the
  ///    source continues from here. It is fresh, and earlier numbers are of no more use.
  enum class Kind { fresh, late, duplicate, wild, restarted };

  /// `number` is the extended sequence number, which does not wrap around. It increases from one
  /// fresh or restarted packet to the next. It may be negative for a packet sent before the first
  /// one. It is 0 for a wild packet.
  struct Accepted {
    Kind kind = Kind::wild;
    std::int64_t number = 0;

    bool operator==(const Accepted&) const = default;
  };

  Accepted accept(std::uint16_t sequence);

  /// Call for each new packet, with `arrival` always on the same clock.
  void measure_jitter(std::uint32_t rtp_timestamp, WallTime arrival);

  /// Packets from the first to the highest one, both included. Excludes the gap before a restart,
  /// whose length is unknown, and packets sent before the first one.
  std::int64_t expected() const;
  std::int64_t received() const { return received_; }  // without duplicates
  std::int64_t lost() const { return expected() - received_; }

  /// Extended; 0 before the first packet.
  std::int64_t highest() const { return highest_; }

  /// In units of 1/90000 s.
  std::uint32_t jitter() const { return static_cast<std::uint32_t>(scaled_jitter_ >> 4); }

  /// The next report on `ssrc`. Its fraction is of the packets expected since the last report.
  ReceptionReport report(std::uint32_t ssrc, std::uint32_t last_sender_report,
                         std::uint32_t delay_since_sender_report);

 private:
  static constexpr std::size_t kWindow =
      4096;  // more than the distance of a wild packet, and a power of two

  Accepted begin_at(Kind kind, std::int64_t number);
  Accepted accept_wild(std::uint16_t sequence);
  bool is_going_on_behind(std::uint16_t sequence);
  Accepted restart_at(std::uint16_t sequence);
  void advance_to(std::int64_t number);
  void count(std::int64_t number);
  std::uint8_t take_fraction_lost();

  bool has_begun_ = false;
  std::int64_t base_ = 0;  // the first one since the latest start
  std::int64_t highest_ = 0;
  std::int64_t expected_before_ = 0;  // before the latest start
  std::int64_t received_ = 0;
  int wild_in_a_row_ = 0;
  std::uint16_t after_wild_ = 0;  // the next number after the latest wild packet
  int duplicates_in_a_row_ = 0;
  std::uint16_t after_duplicate_ = 0;  // the same of duplicates
  std::bitset<kWindow> seen_;          // by number modulo kWindow
  std::int64_t expected_prior_ = 0;
  std::int64_t received_prior_ = 0;
  std::optional<std::uint32_t> transit_;
  std::int64_t scaled_jitter_ = 0;  // times 16, as in appendix A.8
};

}  // namespace jpegwire
