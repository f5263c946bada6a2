#pragma once

#include <cstdint>
#include <optional>

#include "codec/time.hpp"

namespace jpegwire {

/// Which of the sources that send to a port is watched: one at a time, until it has fallen silent
/// or said goodbye. The first one is believed at once, so that nothing of it is lost, but another
/// that sends two packets in a row takes its place if it has not done so itself (RFC 3550, appendix
/// A.1, calls that probation). Bound to one thread.
class SourceLock {
 public:
  enum class Verdict { ours, new_source, foreign };

  Verdict accept(std::uint32_t ssrc, std::uint16_t sequence, WallTime now);

  /// The source gives another sign of life.
  void keep(WallTime now) { last_packet_ = now; }

  /// The source has said goodbye, or is given up; any other may follow. What of it still comes is
  /// foreign for a while.
  void release(WallTime now);

  /// The source that is watched.
  bool is_current(std::uint32_t ssrc) const { return current_ && current_->ssrc == ssrc; }
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
