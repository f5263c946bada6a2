#pragma once

#include <memory>

#include "app/child_process.hpp"
#include "bench/runs/event_loop.hpp"
#include "bench/runs/network_link.hpp"
#include "bench/runs/viewer_group.hpp"

namespace jpegwire {

/// Viewers on this machine, at the far end of the link if one is used. The destructor ends them.
class LocalViewers : public ViewerGroup {
 public:
  LocalViewers(EventLoop& loop, std::string program, double warm_up_seconds,
               std::vector<std::string> more, const NetworkLink* link);

  SenderEnds choose_ends(const Case& one) override;
  void start(const Case& one, const StreamPorts& ports) override;
  double timeout_seconds() const override;
  void check() override;
  ThreadTimes threads() const override;
  double cpu_seconds() const override;
  std::vector<nlohmann::json> finish() override;
  std::vector<std::string> commands() const override;

 private:
  std::vector<std::uint16_t> choose_rtp_ports(int viewers);
  std::string host_of(Transport transport) const;

  EventLoop& loop_;
  const std::string program_;
  const double warm_up_seconds_;
  const std::vector<std::string> more_;
  const NetworkLink* const link_;
  std::vector<std::unique_ptr<ChildProcess>> viewers_;
};

}  // namespace jpegwire
