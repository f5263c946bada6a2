#pragma once

#include <cstdint>
#include <optional>

#include "codec/time.hpp"

namespace jpegwire {

/// Chooses one of the sources (SSRCs) that send to a port, until that source is silent or has sent
/// BYE. The first source is accepted at once, so that none of its packets are lost. Another source
/// replaces it by sending two packets in a row, unless the first one has done so itself (RFC 3550,
/// appendix A.1, calls this probation). Bound to one thread.
class SsrcFilter {
 public:
  enum class Verdict { ours, new_source, foreign };

  Verdict accept(std::uint32_t ssrc, std::uint16_t sequence, WallTime now);

  /// The source has sent something other than media, such as an RTCP report.
  void keep_alive(WallTime now) { last_packet_ = now; }

  /// The source has sent BYE; any other may follow. Its remaining packets are foreign for a while.
  void release(WallTime now);

  /// The source has sent no whole frame for too long; any source may follow, also this one.
  void give_up() { current_.reset(); }

  bool is_current(std::uint32_t ssrc) const { return current_ && current_->ssrc == ssrc; }

  /// The source that is received; nothing if there is none.
  std::optional<std::uint32_t> ssrc() const {
    return current_ ? std::optional(current_->ssrc) : std::nullopt;
  }

 private:
  struct Source {
    std::uint32_t ssrc = 0;
    std::uint16_t next_sequence = 0;
    bool is_proven = false;
  };

  static void note(Source& source, std::uint16_t sequence);

  std::optional<Source> current_;
  std::optional<Source> candidate_;
  std::optional<std::uint32_t> departed_;
  WallTime departure_{};
  WallTime last_packet_{};
};

}  // namespace jpegwire
