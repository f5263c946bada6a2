#pragma once

#include <memory>
#include <nlohmann/json.hpp>

#include "app/child_process.hpp"
#include "bench/runs/commands.hpp"
#include "bench/runs/event_loop.hpp"
#include "bench/runs/options.hpp"
#include "bench/runs/programs.hpp"
#include "bench/runs/viewer_group.hpp"

namespace jpegwire {

/// The sender of a run, either jpegwire-sender or a peer. The destructor ends it. Failures are
/// thrown as RunFailure.
class StreamSender {
 public:
  StreamSender() = default;
  StreamSender(const StreamSender&) = delete;
  StreamSender& operator=(const StreamSender&) = delete;
  virtual ~StreamSender() = default;

  /// Waits until viewers can connect, and returns the ports.
  virtual StreamPorts wait_until_it_listens() = 0;

  /// The number of connected viewers.
  virtual int viewers() = 0;

  /// The current /stats.json of jpegwire-sender; null for a peer.
  virtual nlohmann::json statistics() = 0;

  /// Ends the sender; returns its summary, or null for a peer.
  virtual nlohmann::json finish() = 0;

  virtual const ChildProcess& child() const = 0;
};

/// Starts the sender that the case names.
std::unique_ptr<StreamSender> start_sender(EventLoop& loop, const BenchOptions& options,
                                           const Programs& programs, const Case& one,
                                           const SenderEnds& ends);

}  // namespace jpegwire
