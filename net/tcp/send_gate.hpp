#pragma once

#include <cstddef>
#include <optional>

#include "codec/time.hpp"
#include "net/sockets/tcp_link.hpp"
#include "net/stream/link_rate.hpp"
#include "net/tcp/reader_pacing.hpp"

namespace jpegwire {

/// Decides when a connection may begin its next frame: not while frames wait in the kernel's
/// buffers, the viewer's included, because they would be old when the viewer reads them
/// (docs/rate-control.md). It has no clock and no socket; bound to the io thread.
class SendGate {
 public:
  explicit SendGate(const LinkRate& rate) : rate_(rate) {}

  /// What the kernel reports now, and the time between frames.
  void observe(const TcpLink& link, std::size_t unacknowledged_bytes, microseconds interval,
               SteadyTime now);

  /// Nothing if a frame of this size may begin `now`; otherwise when to ask again. A report may
  /// open it earlier.
  std::optional<microseconds> wait(std::size_t frame_bytes, SteadyTime now) const;

  /// From when on a frame could begin, so far as that depends on the viewer. Nothing if that is not
  /// known yet.
  std::optional<SteadyTime> viewer_ready(SteadyTime now) const;

  /// A frame begins.
  void begin_frame(std::size_t frame_bytes, SteadyTime now);

 private:
  bool has_credit() const;
  bool is_silent() const;
  double surplus_bytes(std::size_t frame_bytes) const;
  microseconds longest_wait() const;

  const LinkRate& rate_;
  TcpLink link_;
  std::size_t unacknowledged_bytes_ = 0;
  microseconds interval_{33'333};
  SteadyTime last_begin_{};
  std::size_t last_frame_bytes_ = 0;
  ReaderPacing reader_;  // of a viewer that does not report
};

/// So many bytes may wait in the link's queue when a frame of this size begins.
double allowed_queue_bytes(const LinkRate& rate, microseconds interval, std::size_t frame_bytes);

}  // namespace jpegwire
