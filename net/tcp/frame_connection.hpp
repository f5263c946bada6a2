#pragma once

#include <array>
#include <asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "codec/frame_stamp.hpp"
#include "net/frame_sink.hpp"
#include "net/framing/size_prefix.hpp"
#include "net/latest_slot.hpp"
#include "net/viewer_report.hpp"

namespace jpegwire {

/// What went to one viewer.
struct ViewerStatistics {
  std::string peer;
  std::string kind;
  std::uint64_t frames = 0;   // written whole
  std::uint64_t skipped = 0;  // displaced by a newer one while an earlier one was being written
  std::uint64_t bytes = 0;
  std::uint64_t partial_writes = 0;  // times the kernel took only a part of what was given
};

/// One viewer of a sender. A frame once begun is finished, and only then the newest is taken, so a
/// slow viewer gets fewer frames and never older ones. It holds the frame it writes and the newest,
/// both shared, and no bytes of its own. Bound to the io thread.
class FrameConnection : public std::enable_shared_from_this<FrameConnection> {
 public:
  /// Called once, when the connection has closed, for whatever reason.
  using OnClosed = std::function<void(const std::shared_ptr<FrameConnection>&)>;

  FrameConnection(asio::ip::tcp::socket socket, SizePrefix prefix, std::uint64_t stream_id,
                  OnClosed on_closed);

  void start();

  /// Writes the frame now, or when the one being written is done and no newer one has come.
  void offer(FramePtr frame);

  /// Ends the stream in order: finishes the frame that is being written, then size 0, then FIN.
  void finish();

  /// Closes at once.
  void close(const std::string& reason);

  ViewerStatistics statistics() const;

 private:
  void begin_frame(FramePtr frame);
  std::size_t write_head(const EncodedFrame& frame);
  FrameStamp make_stamp(const EncodedFrame& frame, WallTime now) const;
  void write_unsent();
  void drop_sent(std::size_t size);
  void end_frame();
  void end_stream();
  void hang_up();
  void do_wait_until_writable();
  void do_read_reports();
  void peer_stopped_sending();

  static constexpr std::size_t kMaxHeadSizeBytes = kMaxPrefixSizeBytes + 2 + kStampSizeBytes;

  asio::ip::tcp::socket socket_;
  const SizePrefix prefix_;
  const std::uint64_t stream_id_;
  OnClosed on_closed_;
  ViewerStatistics statistics_;

  LatestSlot<FramePtr> newest_;
  FramePtr in_flight_;
  std::array<std::byte, kMaxHeadSizeBytes> head_{};  // size prefix, SOI, stamp
  std::vector<asio::const_buffer> buffers_;
  std::span<asio::const_buffer> unsent_;
  bool finishing_ = false;
  bool hung_up_ = false;
  bool peer_stopped_ = false;

  ReportReader reports_;
  WallTime last_report_arrival_{};  // the epoch: none came
};

}  // namespace jpegwire
