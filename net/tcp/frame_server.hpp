#pragma once

#include <array>
#include <asio/io_context.hpp>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/histogram.hpp"
#include "app/log_limit.hpp"
#include "net/framing/size_prefix.hpp"
#include "net/sockets/admission.hpp"
#include "net/sockets/deadline.hpp"
#include "net/sockets/dialer.hpp"
#include "net/sockets/listener.hpp"
#include "net/sockets/wakeup.hpp"
#include "net/stream/frame_sink.hpp"
#include "net/stream/latest_slot.hpp"
#include "net/stream/rate_board.hpp"
#include "net/stream/viewer_count.hpp"
#include "net/tcp/frame_connection.hpp"
#include "net/tcp/frame_memory.hpp"

namespace jpegwire {

class FrameRequest;

/// Sends the frames to the viewers that are ready for them: as size-prefixed TCP to viewers that
/// connect and to listening viewers to which it connects, and in another protocol to the
/// connections passed to serve(). All viewers share a frame's bytes. Bound to the io thread, except
/// submit(); must outlive the io context's run.
class FrameServer final : public FrameSink {
 public:
  struct Settings {
    SizePrefix prefix = SizePrefix::be32;
    std::size_t max_viewers = 256;       // that connect to listen()'s port
    std::size_t max_per_address = 32;    // of these
    milliseconds place_timeout{10'000};  // stalled that long, a viewer gives up its place
    std::size_t memory_bytes = kDefaultFrameMemoryBytes;  // of the frames that connections hold
    milliseconds memory_timeout{1000};  // stalled that long, a connection may be closed for memory
    WriteSettings write{};              // of every connection
    Adaptation adaptation = Adaptation::off;  // the most that may change for a viewer
    unsigned groups = 3;                      // of viewers that share an encode, at most
  };

  FrameServer(asio::io_context& io, ViewerCount& viewer_count, Settings settings);
  ~FrameServer() override;

  /// Throws std::runtime_error with one sentence.
  const Listener& listen(const Endpoint& endpoint);

  /// Connects to a listening viewer, and reconnects whenever the connection is lost.
  void dial(const Endpoint& endpoint);

  /// A place for a client at `address`. If there is none, the viewer that has stalled longest, of
  /// those that have for Settings::place_timeout and whose place would do, is disconnected for it.
  std::optional<Admission::Ticket> admit(Admission& places, const asio::ip::address& address);

  /// Adds an established connection as a viewer, which has `place` until it closes; `on_closed` is
  /// called when it has closed.
  void serve(asio::ip::tcp::socket socket, std::unique_ptr<FrameProtocol> protocol,
             const ViewerRequest& request = {}, std::optional<Admission::Ticket> place = {},
             std::function<void(const ViewerStatistics&)> on_closed = {});

  /// What the frames that connections hold may take. The holders that are no viewers of this server
  /// add themselves.
  FrameMemory& memory() { return memory_; }
  const FrameMemory& memory() const { return memory_; }

  /// Wakes the encoder for one frame and calls `on_frame` with it, unless the request is destroyed
  /// before. It must not outlive this server.
  std::unique_ptr<FrameRequest> request_frame(std::function<void(const FramePtr&)> on_frame);

  void submit(FramePtr frame) override;
  void submit_for(GroupSet groups, FramePtr frame) override;

  /// What the viewers' links carry, and so what to encode. Any thread.
  RateBoard& rates() { return board_; }

  /// Ends every stream in order. A viewer that has not received its last frame after `timeout` is
  /// disconnected.
  void finish(milliseconds timeout);

  /// Random per run, in all stamps.
  std::uint64_t stream_id() const { return stream_id_; }

  std::vector<ViewerStatistics> present_viewers() const;

  /// The viewers that disconnected most recently.
  const std::vector<ViewerStatistics>& departed_viewers() const { return departed_; }

  /// Totals of all viewers since the start, by kind.
  std::map<std::string, ViewerStatistics> totals() const;

  /// The ages of frames when the kernel had accepted their last byte.
  const Histogram& age_us() const { return age_us_; }

  /// Connections rejected because max_viewers were connected, or max_per_address from there.
  std::uint64_t rejected() const { return rejected_; }

  /// Viewers disconnected because a new client needed their place.
  std::uint64_t evicted_for_place() const { return evicted_for_place_; }

 private:
  friend class FrameRequest;
  using Connection = std::shared_ptr<FrameConnection>;
  using Departure = FrameConnection::Departure;

  void accept(asio::ip::tcp::socket socket);
  void reject(const asio::ip::tcp::socket& socket);
  bool evict_for(const Admission& places, const asio::ip::address& address);
  std::vector<Connection> connections() const;
  void forget(const Connection& connection, const Departure& departure);
  void offer_newest();
  void offer(const FramePtr& frame, unsigned group);
  void answer_frame_requests(const FramePtr& frame);
  void remember(const ViewerStatistics& viewer);
  void close_all();

  asio::io_context& io_;
  ViewerCount& viewer_count_;
  Settings settings_;
  std::uint64_t stream_id_;
  RateBoard board_;
  std::array<LatestSlot<FramePtr>, 1 + kMaxGroups> newest_;  // by group
  std::list<Listener> listeners_;
  std::list<Dialer> dialers_;
  std::map<Connection, std::optional<Admission::Ticket>> connections_;  // dialled: without place
  Admission places_;                                                    // of listen()'s port
  FrameMemory memory_;
  std::uint64_t served_ = 0;  // connections so far
  std::set<FrameRequest*> frame_requests_;
  std::vector<ViewerStatistics> departed_;
  std::map<std::string, ViewerStatistics> departed_totals_;
  Histogram age_us_;
  LogLimit news_{20};
  LogLimit breaks_{1};
  LogLimit refusals_{1};
  std::uint64_t rejected_ = 0;
  std::uint64_t evicted_for_place_ = 0;
  bool finishing_ = false;
  Deadline deadline_;
  Wakeup wakeup_;
};

/// A request for one frame, which counts as a viewer until the frame is delivered. Bound to the io
/// thread.
class FrameRequest {
 public:
  FrameRequest(FrameServer& server, std::function<void(const FramePtr&)> on_frame);
  FrameRequest(const FrameRequest&) = delete;
  FrameRequest& operator=(const FrameRequest&) = delete;
  ~FrameRequest();

 private:
  friend class FrameServer;
  FrameServer& server_;
  std::function<void(const FramePtr&)> on_frame_;
};

}  // namespace jpegwire
