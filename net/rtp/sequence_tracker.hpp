#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "codec/time.hpp"
#include "net/rtp/format/rtcp.hpp"

namespace jpegwire {

/// A receiver's account of the packets of one SSRC: which are new, how many are lost, and how
/// evenly they come (RFC 3550, appendices A.1, A.3 and A.8). Only packets off the network belong
/// here; what is repaired stays lost. Bound to one thread.
class SequenceTracker {
 public:
  ///  fresh: ahead of all others.
  ///  late: behind another, and not seen before.
  ///  duplicate: seen before.
  ///  wild: 3000 or more away from the highest, so it is not believed; it is not counted.
  ///  restarted: the third wild one in a row, or a long run of duplicates, so the source goes on
  ///    from here. It is fresh, and
  ///    what is kept of earlier numbers is of no more use.
  enum class Kind { fresh, late, duplicate, wild, restarted };

  /// `number` is the extended sequence number, which does not wrap around. It only ever rises from
  /// fresh to fresh and to restarted. It is negative where a packet is late behind the first one.
  /// A wild packet has none, and 0 stands here.
  struct Accepted {
    Kind kind = Kind::wild;
    std::int64_t number = 0;

    bool operator==(const Accepted&) const = default;
  };

  Accepted accept(std::uint16_t sequence);

  /// For each packet that is new, `arrival` on any one clock.
  void measure_jitter(std::uint32_t rtp_timestamp, WallTime arrival);

  /// Packets since the first one, which is counted, up to the highest. Neither the gap before a
  /// restart is in them, whose length nobody knows, nor what is late behind the first.
  std::int64_t expected() const;
  std::int64_t received() const { return received_; }  // without duplicates
  std::int64_t lost() const { return expected() - received_; }

  /// Extended; 0 before the first packet.
  std::int64_t highest() const { return highest_; }

  /// In units of 1/90000 s.
  std::uint32_t jitter() const { return static_cast<std::uint32_t>(scaled_jitter_ >> 4); }

  /// The next report on `ssrc`. Its fraction is of what was expected since the one before.
  ReceptionReport report(std::uint32_t ssrc, std::uint32_t last_sender_report,
                         std::uint32_t delay_since_sender_report);

 private:
  static constexpr std::size_t kWindow = 4096;  // beyond what is wild, and a power of two

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
  std::uint16_t after_wild_ = 0;  // the latest of them
  int duplicates_in_a_row_ = 0;
  std::uint16_t after_duplicate_ = 0;  // likewise
  std::bitset<kWindow> seen_;          // by number modulo its size
  std::int64_t expected_prior_ = 0;
  std::int64_t received_prior_ = 0;
  std::optional<std::uint32_t> transit_;
  std::int64_t scaled_jitter_ = 0;  // by 16, as appendix A.8 keeps it
};

}  // namespace jpegwire
