#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/runs/commands.hpp"
#include "bench/runs/cpu_times.hpp"
#include "bench/runs/matrix.hpp"

namespace jpegwire {

/// The ports of a run's sender, to which its viewers connect.
struct StreamPorts {
  std::uint16_t tcp = 0;
  std::uint16_t http = 0;
  std::vector<std::uint16_t> rtp;
};

/// The viewers of a run, on this or another machine. Failures are thrown as RunFailure.
class ViewerGroup {
 public:
  ViewerGroup() = default;
  ViewerGroup(const ViewerGroup&) = delete;
  ViewerGroup& operator=(const ViewerGroup&) = delete;
  virtual ~ViewerGroup() = default;

  /// The addresses on which the sender must listen and to which it sends datagrams.
  virtual SenderEnds choose_ends(const Case& one) = 0;

  virtual void start(const Case& one, const StreamPorts& ports) = 0;

  /// The timeout for the viewers to connect after they were started.
  virtual double timeout_seconds() const = 0;

  /// Throws if a viewer has ended too early.
  virtual void check() = 0;

  /// CPU times so far, for viewers on this machine.
  virtual ThreadTimes threads() const = 0;
  virtual double cpu_seconds() const = 0;

  /// Waits until the viewers have ended; returns the summary of each.
  virtual std::vector<nlohmann::json> finish() = 0;

  virtual std::vector<std::string> commands() const = 0;
};

/// The sums of the times of threads with the same name.
void add_to(ThreadTimes& sum, const ThreadTimes& times);

/// The URL of the stream for a viewer, with the sender at that host.
std::string stream_url(const Case& one, const std::string& host, const StreamPorts& ports,
                       std::size_t viewer);

}  // namespace jpegwire
