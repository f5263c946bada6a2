#pragma once

#include <array>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "app/histogram.hpp"
#include "codec/jpeg_markers.hpp"
#include "net/sockets/socket_options.hpp"
#include "net/sockets/unsent_bytes.hpp"
#include "net/stream/frame_sink.hpp"
#include "net/stream/frame_stamp.hpp"
#include "net/stream/viewer_report.hpp"
#include "net/tcp/frame_memory.hpp"
#include "net/tcp/frame_protocol.hpp"
#include "net/tcp/read_limit.hpp"
#include "net/tcp/viewer_link.hpp"

namespace jpegwire {

/// Statistics of one viewer.
struct ViewerStatistics {
  std::uint64_t number = 0;  // counted as viewers connect, from 1
  std::string peer;
  std::string kind;
  std::uint64_t frames = 0;   // written whole
  std::uint64_t skipped = 0;  // displaced by a newer one while earlier ones were on their way
  std::uint64_t thinned = 0;  // more than the frames per second that the viewer asked for
  std::uint64_t bytes = 0;
  std::uint64_t partial_writes = 0;  // writes of which the kernel accepted only a part
  LinkStatistics link{};

  /// Adds the counts of another viewer.
  ViewerStatistics& operator+=(const ViewerStatistics& other) {
    frames += other.frames;
    skipped += other.skipped;
    thinned += other.thinned;
    bytes += other.bytes;
    partial_writes += other.partial_writes;
    return *this;
  }
};

/// One viewer of a sender. It finishes each frame that it has begun. When nearly all of that has
/// arrived and was read, it takes the newest one, so a slow viewer gets fewer frames and never
/// older ones. It shares ownership of the frame that it writes and of the newest frame, and copies
/// no bytes. Bound to the io thread.
class FrameConnection final : public FrameHolder,
                              public std::enable_shared_from_this<FrameConnection> {
 public:
  struct Departure {
    std::string reason;
    bool is_in_order = false;  // the stream ended as it should
  };

  /// Called once, when the connection has closed, for whatever reason.
  using OnClosed = std::function<void(const std::shared_ptr<FrameConnection>&, const Departure&)>;

  /// `number` is for the statistics. `age_us` records the age of each frame when the kernel had
  /// accepted its last byte.
  FrameConnection(asio::ip::tcp::socket socket, std::unique_ptr<FrameProtocol> protocol,
                  std::uint64_t number, const ViewerRequest& request, std::uint64_t stream_id,
                  RateBoard& board, Histogram& age_us, WriteSettings write, OnClosed on_closed);

  void start();

  /// Writes the frame as soon as the viewer is ready for it, unless a newer one is offered before.
  void offer(FramePtr frame);

  /// The group whose frames are to be offered.
  unsigned group() const { return link_.group(); }

  /// Ends the stream in order: finishes the current frame, without pauses between its pieces, and
  /// writes the protocol's end of stream, then FIN.
  void finish();

  /// Closes at once.
  void close(const Departure& departure);

  HeldFrames held() const override { return {in_flight_.get(), newest_.get()}; }

  /// Since when the viewer has taken no frame although there is one for it.
  std::optional<SteadyTime> stalled_since() const override;

  void evict(const std::string& reason) override { close({reason}); }

  /// Call this before the board is destroyed. Nothing but the destructor may follow.
  void leave_board() { link_.leave(); }

  ViewerStatistics statistics() const;

 private:
  enum class Writing { nothing, opening, frame, closing };

  void look();
  void begin_newest();
  void begin_frame(FramePtr frame);
  std::size_t write_head(const EncodedFrame& frame, const HeaderAroundStamp& header);
  void write_text(Writing what, std::string_view text);
  void write_unsent();
  bool note_sent(std::size_t size, std::size_t given);
  void written();
  void end_frame();
  void go_on();
  void end_stream();
  void hang_up();
  void do_wait_until_writable();
  void do_pause();
  void do_look_later(microseconds wait);
  void do_read_reports();
  void do_read_more_reports();
  bool take_reports(std::size_t size_bytes);
  bool has_reported() const { return last_report_arrival_ != WallTime{}; }
  void peer_stopped_sending();

  static constexpr std::size_t kMaxHeadSizeBytes =
      FrameProtocol::kMaxHeadSizeBytes + marker::kStartOfImageBytes.size();

  asio::ip::tcp::socket socket_;
  const std::unique_ptr<FrameProtocol> protocol_;
  const std::uint64_t stream_id_;
  Histogram& age_us_;
  const WriteSettings write_;
  OnClosed on_closed_;
  ViewerLink link_;
  ViewerStatistics statistics_;

  FramePtr newest_;  // the next one to write, or null
  FramePtr in_flight_;
  SteadyTime due_since_{};  // the frame that the viewer is to take now; see stalled_since()
  std::array<std::byte, kMaxHeadSizeBytes> head_{};  // the protocol's, SOI
  std::array<std::byte, kStampSizeBytes> stamp_{};
  UnsentBytes unsent_;
  asio::steady_timer pause_;  // between two pieces
  asio::steady_timer look_;   // at the link
  std::optional<SteadyTime> look_due_;
  Writing writing_ = Writing::nothing;
  bool finishing_ = false;
  bool hung_up_ = false;
  bool peer_stopped_ = false;

  ReportReader reports_;
  ReadLimit read_limit_;
  asio::steady_timer read_pause_;   // after many reads
  WallTime last_report_arrival_{};  // the epoch: none
};

}  // namespace jpegwire
