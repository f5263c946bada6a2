#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/runs/commands.hpp"
#include "bench/runs/cpu_times.hpp"
#include "bench/runs/matrix.hpp"

namespace jpegwire {

/// Where the viewers of a run find its sender.
struct StreamPorts {
  std::uint16_t tcp = 0;
  std::uint16_t http = 0;
  std::vector<std::uint16_t> rtp;
};

/// The viewers of a run, wherever they are. What goes wrong is thrown as RunFailure.
class ViewerGroup {
 public:
  ViewerGroup() = default;
  ViewerGroup(const ViewerGroup&) = delete;
  ViewerGroup& operator=(const ViewerGroup&) = delete;
  virtual ~ViewerGroup() = default;

  /// Where the sender has to listen and to send datagrams to.
  virtual SenderEnds choose_ends(const Case& one) = 0;

  virtual void start(const Case& one, const StreamPorts& ports) = 0;

  /// How long, after they were started, the sender may wait for them.
  virtual double timeout_seconds() const = 0;

  /// Throws where one of them has ended too early.
  virtual void check() = 0;

  /// So far, as far as it is known here.
  virtual ThreadTimes threads() const = 0;
  virtual double cpu_seconds() const = 0;

  /// Waits until they have ended; gives the summary of each.
  virtual std::vector<nlohmann::json> finish() = 0;

  virtual std::vector<std::string> commands() const = 0;
};

/// Times of the same threads, summed.
void add_to(ThreadTimes& sum, const ThreadTimes& times);

/// Where a viewer finds the stream on that host.
std::string stream_url(const Case& one, const std::string& host, const StreamPorts& ports,
                       std::size_t viewer);

}  // namespace jpegwire
