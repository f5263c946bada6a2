#pragma once

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <list>
#include <memory>
#include <set>
#include <vector>

#include "net/audience.hpp"
#include "net/frame_sink.hpp"
#include "net/latest_slot.hpp"
#include "net/tcp/dialer.hpp"
#include "net/tcp/frame_connection.hpp"
#include "net/tcp/listener.hpp"
#include "net/wakeup.hpp"

namespace jpegwire {

/// Gives every frame to every viewer that is ready for it, over size-prefixed TCP: viewers that
/// connect, and viewers that listen and are dialled. All viewers share a frame's bytes. Bound to
/// the io thread but for submit(); must outlive the io context's run.
class FrameServer final : public FrameSink {
 public:
  struct Settings {
    SizePrefix prefix = SizePrefix::be32;
    std::size_t max_viewers = 256;
  };

  FrameServer(asio::io_context& io, Audience& audience, Settings settings);

  /// Throws std::runtime_error with one sentence.
  const Listener& listen(const Endpoint& endpoint);

  /// Connects to a viewer that listens, and again whenever the connection is lost.
  void dial(const Endpoint& endpoint);

  void submit(FramePtr frame) override;

  /// Ends every stream in order; who has not taken its last frame after `patience` is cut off.
  void finish(milliseconds patience);

  /// The viewers that are there, and the latest of those that were.
  std::vector<ViewerStatistics> viewers() const;

  /// Connections turned away because max_viewers were there.
  std::uint64_t rejected() const { return rejected_; }

 private:
  using Connection = std::shared_ptr<FrameConnection>;

  void serve(asio::ip::tcp::socket socket, FrameConnection::OnClosed on_closed);
  void offer_newest();
  void remember(const Connection& connection);
  void close_all();

  asio::io_context& io_;
  Audience& audience_;
  Settings settings_;
  std::uint64_t stream_id_;
  LatestSlot<FramePtr> newest_;
  std::list<Listener> listeners_;
  std::list<Dialer> dialers_;
  std::set<Connection> connections_;
  std::vector<ViewerStatistics> departed_;
  std::uint64_t rejected_ = 0;
  bool finishing_ = false;
  asio::steady_timer deadline_;
  Wakeup wakeup_;
};

}  // namespace jpegwire
