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

/// The sender of a run, whichever program it is; it ends with this object. What goes wrong is
/// thrown as RunFailure.
class StreamSender {
 public:
  StreamSender() = default;
  StreamSender(const StreamSender&) = delete;
  StreamSender& operator=(const StreamSender&) = delete;
  virtual ~StreamSender() = default;

  /// Waits until viewers can connect, and tells where.
  virtual StreamPorts wait_until_it_listens() = 0;

  /// How many are connected.
  virtual int viewers() = 0;

  /// What it has counted so far, as jpegwire-sender's /stats.json; null of another program.
  virtual nlohmann::json statistics() = 0;

  /// Ends it; gives its summary, null of another program.
  virtual nlohmann::json finish() = 0;

  virtual const ChildProcess& child() const = 0;
};

/// Starts the one that the case names.
std::unique_ptr<StreamSender> start_sender(EventLoop& loop, const BenchOptions& options,
                                           const Programs& programs, const Case& one,
                                           const SenderEnds& ends);

}  // namespace jpegwire
