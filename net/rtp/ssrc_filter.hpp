#pragma once

#include <array>
#include <asio/ip/udp.hpp>
#include <cstdint>
#include <optional>

#include "codec/time.hpp"

namespace jpegwire {

/// Chooses one of the sources that send to a port, until that source is silent or has sent BYE. A
/// source is an SSRC and the address and port that its packets come from: the same SSRC from
/// elsewhere is another source. Bound to one thread.
///
/// The first source is accepted at once, so that none of its packets are lost, but keeps its place
/// only once it is proven: by two packets in sequence (RFC 3550, appendix A.1, calls this
/// probation) or by a report. A proven source has precedence: for 5 s after its last sign of life,
/// no other host replaces it. Another source of its own host may be its sender, restarted, so this
/// one waits for 1 s only; if the former source returns within the 5 s, it gets its place back.
class SsrcFilter {
 public:
  using Address = asio::ip::udp::endpoint;

  ///  other_source: of another SSRC than the one that is received.
  ///  other_address: of its SSRC, but from elsewhere.
  enum class Verdict { ours, new_source, other_source, other_address };

  Verdict accept(std::uint32_t ssrc, const Address& address, std::uint16_t sequence, WallTime now);

  /// The source has sent something other than media, such as an RTCP report.
  void keep_alive(WallTime now);

  /// The source has sent BYE; any other may follow. Its remaining packets are refused for a while.
  void release(WallTime now);

  /// The source has sent no whole frame within `timeout`. If it has sent packets nevertheless, any
  /// source may follow; otherwise it keeps its precedence. It may itself be accepted again.
  void give_up(WallTime now, microseconds timeout);

  bool is_current(std::uint32_t ssrc, const Address& address) const {
    return current_ && current_->is(ssrc, address);
  }

  /// The source that is received; nothing if there is none.
  std::optional<std::uint32_t> ssrc() const {
    return current_ ? std::optional(current_->ssrc) : std::nullopt;
  }

  /// Whether the source that is received has this IP address, from whichever port.
  bool is_from_host(const asio::ip::address& host) const {
    return current_ && current_->address.address() == host;
  }

 private:
  struct Source {
    std::uint32_t ssrc = 0;
    Address address{};
    std::uint16_t next_sequence = 0;
    bool is_proven = false;
    WallTime last_packet{};
    WallTime last_sign{};  // of life: a packet or a report

    bool is(std::uint32_t its_ssrc, const Address& its_address) const {
      return ssrc == its_ssrc && address == its_address;
    }
    void note(std::uint16_t sequence, WallTime now);
  };

  Source& note_candidate(std::uint32_t ssrc, const Address& address, std::uint16_t sequence,
                         WallTime now);
  void replace_current(Source& candidate);
  bool may_begin(const Source& candidate, WallTime now) const;
  bool has_departed(std::uint32_t ssrc, const Address& address, WallTime now) const;

  static constexpr std::size_t kCandidates = 8;  // so that a flood from one does not hide another

  std::optional<Source> current_;
  std::optional<Source> former_;  // the proven one before it, unless that one has sent BYE
  std::array<Source, kCandidates> candidates_;  // one for each address
  std::optional<Source> departed_;
};

}  // namespace jpegwire
