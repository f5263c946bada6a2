#pragma once

#include <asio/ip/tcp.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "codec/frame.hpp"
#include "net/sockets/tcp_link.hpp"
#include "net/stream/frame_interval.hpp"
#include "net/stream/link_rate.hpp"
#include "net/stream/link_statistics.hpp"
#include "net/stream/rate_board.hpp"
#include "net/stream/viewer_report.hpp"
#include "net/tcp/send_gate.hpp"

namespace jpegwire {

/// What a viewer asks for when it connects.
struct ViewerRequest {
  ViewerWish wish{};
  bool is_mode_fixed = false;    // its adaptation; otherwise a viewer that reports takes any size
  double frames_per_second = 0;  // the most; 0: all
};

/// The link of one connection: it measures what the link carries, decides when the next frame may
/// begin, and tells the encoder through the board. It borrows the connection's socket and the
/// board. Bound to the io thread.
class ViewerLink {
 public:
  ViewerLink(asio::ip::tcp::socket& socket, RateBoard& board, const ViewerRequest& request);

  /// A frame was made for this viewer, whether it is sent or not. False if the viewer got this
  /// capture, or a later one, from another group, which it has just left.
  bool note_offered(const EncodedFrame& frame);

  /// Whether the viewer asked for fewer frames than that.
  bool is_thinned(const EncodedFrame& frame) const;

  /// Whether the frame has waited so long that newer ones were captured meanwhile, which were not
  /// made because the link was busy: the next one will be soon.
  bool is_outdated(const EncodedFrame& frame) const;

  /// Looks at what is on its way. On this connection so many bytes were given to the kernel, and
  /// `unsent_bytes` wait for that. Call publish() or
  /// begin_frame() after it.
  void observe(std::uint64_t written_bytes, std::size_t unsent_bytes);

  /// After observe(): nothing if a frame may begin; otherwise when to ask again, unless a report
  /// arrives before.
  std::optional<microseconds> wait(const EncodedFrame& frame) const;

  /// When to look again while the current frame is on its way: less often, the longer it takes.
  microseconds next_look() const;

  /// Whether to look while no frame waits. If not, a look at the next frame is enough.
  bool is_worth_a_look() const;

  /// Whether publish() last told the encoder that the viewer is ready for a frame. Always true if
  /// nothing is adapted.
  bool is_ready() const { return was_ready_; }

  /// A frame begins, which has so many bytes on the wire.
  void begin_frame(const EncodedFrame& frame, std::size_t size_bytes);

  /// Call publish() after some of them.
  void take_report(const FrameReception& frame);

  /// The viewer has closed its sending side. Whether it is gone shows only when a frame is sent.
  void note_viewer_stopped();

  /// Tells the encoder what the link carries.
  void publish();

  /// The connection has closed.
  void leave() { place_.reset(); }

  /// The group whose frames are to be offered.
  unsigned group() const { return place_ ? place_->group() : kFullGroup; }

  LinkStatistics statistics() const;

 private:
  LinkState state() const;
  std::size_t unacknowledged_bytes(std::uint64_t written_bytes) const;

  asio::ip::tcp::socket& socket_;
  const ViewerRequest request_;
  const microseconds spacing_;  // between the frames that it takes, at least
  ViewerWish wish_;
  TcpLink kernel_;                    // as observed last
  const std::uint64_t bytes_before_;  // that the connection carried before
  LinkRate rate_;
  SendGate gate_{rate_};
  FrameInterval interval_;
  std::optional<std::uint32_t> last_sequence_;  // offered
  WallTime last_begun_{};                       // of the latest frame that was begun
  SteadyTime last_begin_{};
  microseconds limited_at_begin_{};  // kernel_.limited_by_peer then
  int quality_ = 0;                  // of the frame that was begun last
  PictureSize size_{};
  bool has_stopped_ = false;                 // sending
  bool was_ready_ = true;                    // as the encoder was told last; if not, looks continue
  microseconds time_to_make_{};              // a frame, from its capture on; smoothed
  std::unique_ptr<RateBoard::Place> place_;  // null if nothing is adapted
};

}  // namespace jpegwire
