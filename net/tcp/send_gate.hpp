#pragma once

#include <cstddef>
#include <optional>

#include "codec/time.hpp"
#include "net/sockets/tcp_link.hpp"
#include "net/stream/link_rate.hpp"

namespace jpegwire {

/// Decides when a connection may begin its next frame: not while frames wait in the kernel's
/// buffers, the viewer's included, because they would be old when the viewer reads them
/// (docs/rate-control.md). It has no clock and no socket; bound to the io thread.
class SendGate {
 public:
  struct State {
    std::size_t unacknowledged_bytes = 0;
    TcpLink link;
    std::size_t frame_bytes = 0;  // that wait to be begun
    microseconds interval{};      // between frames
  };

  /// Nothing if a frame may begin `now`; otherwise when to ask again. A report may open it earlier.
  std::optional<microseconds> wait(const State& state, const LinkRate& rate, SteadyTime now);

  /// A frame begins.
  void begin_frame(std::size_t frame_bytes, SteadyTime now) {
    last_begin_ = now;
    last_frame_bytes_ = frame_bytes;
  }

 private:
  static constexpr milliseconds kShortestHoldByWindow{100};
  static constexpr milliseconds kLongestHoldByWindow{2000};

  bool is_window_open(const State& state, SteadyTime now);

  SteadyTime last_begin_{};
  std::size_t last_frame_bytes_ = 0;
  std::size_t largest_window_bytes_ = 0;
  milliseconds hold_ = kShortestHoldByWindow;  // until a frame is sent to learn the window
  std::optional<std::size_t> asked_at_;        // this window, since then
};

/// Whether a viewer that reports has reported all frames, but for as many as a round trip needs.
bool has_credit(const LinkRate& rate, const TcpLink& link, microseconds interval);

/// So many bytes may be unacknowledged when a frame of this size begins.
double allowed_unacknowledged_bytes(double rate, microseconds interval, std::size_t frame_bytes);

}  // namespace jpegwire
