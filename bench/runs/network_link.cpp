#include "bench/runs/network_link.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "app/child_process.hpp"
#include "app/descriptor.hpp"
#include "bench/runs/commands.hpp"
#include "bench/runs/program_end.hpp"

namespace jpegwire {
namespace {

constexpr const char* kNearDevice = "jpegwire0";
constexpr const char* kFarDevice = "jpegwire1";

void require(bool is_so) {
  if (!is_so)
    throw std::system_error(
        errno, std::generic_category(),
        "cannot create a TUN device, which --link needs for delay, loss and reordering");
}

/// Creates a device in the calling thread's namespace, whose packets this process reads and writes.
Descriptor open_tun(const char* name) {
  Descriptor device(::open("/dev/net/tun", O_RDWR | O_CLOEXEC));
  require(device.is_open());
  ifreq request{};
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  std::strncpy(request.ifr_name, name, sizeof request.ifr_name - 1);
  require(::ioctl(device.number(), TUNSETIFF, &request) == 0);
  return device;
}

constexpr const char* kNetwork = "198.18.0.0/30";

constexpr std::uint64_t kMinBurstBytes = 5000;  // at least one whole packet

/// The burst is what the rate allows in one tick of the kernel's slowest clock.
Command rate_of(std::uint64_t bits_per_second) {
  constexpr std::uint64_t kTicksPerSecond = 100;
  const std::uint64_t burst_bytes = std::max(bits_per_second / 8 / kTicksPerSecond, kMinBurstBytes);
  return {"rate",    fmt::format("{}bit", bits_per_second),
          "burst",   std::to_string(burst_bytes),
          "latency", "50ms"};
}

/// Packets above the burst would wait forever, and the burst of the next rate may be smaller than
/// packets that wait already: the kernel joins them to up to 64 kB (GSO). With a second bucket of a
/// rate that limits nothing, tc-tbf(8) splits all that exceed its size.
Command split_packets(std::uint64_t bits_per_second) {
  constexpr std::uint64_t kNoLimit = 10'000'000'000;
  return {"peakrate", fmt::format("{}bit", std::max(kNoLimit, 2 * bits_per_second)), "mtu",
          std::to_string(kMinBurstBytes - 200)};
}

/// `verb` is add or change.
Command bucket(const char* verb, const char* device, std::uint64_t bits_per_second,
               bool has_schedule) {
  Command command{"tc", "qdisc", verb, "dev", device, "root", "tbf"};
  const auto append = [&command](const Command& words) {
    command.insert(command.end(), words.begin(), words.end());
  };
  append(rate_of(bits_per_second));
  if (has_schedule) append(split_packets(bits_per_second));
  return command;
}

}  // namespace

NetworkLink::NetworkLink(EventLoop& loop, const LinkSettings& link) : loop_(loop) {
  NetworkNamespace::move_to_new();
  far_ = std::make_unique<NetworkNamespace>();
  if (link.needs_relay())
    join_by_relay(link);
  else
    join_by_veth();
  set_up(link);
}

Command NetworkLink::at_far_end(const Command& command) const {
  Command there{"nsenter", "--net=" + far_->path()};
  there.insert(there.end(), command.begin(), command.end());
  return there;
}

void NetworkLink::join_by_veth() {
  run({"ip", "link", "add", "name", kNearDevice, "type", "veth", "peer", "name", kFarDevice,
       "netns", far_->path()});
}

void NetworkLink::join_by_relay(const LinkSettings& link) {
  Descriptor near = open_tun(kNearDevice);
  Descriptor far;
  far_->within([&far] { far = open_tun(kFarDevice); });
  relay_ = std::make_unique<PacketRelay>(std::move(near), std::move(far), link);
}

void NetworkLink::set_up(const LinkSettings& link) {
  const auto begin = [&](const char* device, const char* address, const auto& there) {
    run(there({"ip", "link", "set", "lo", "up"}));
    run(there({"ip", "address", "add", fmt::format("{}/30", address), "dev", device}));
    run(there({"ip", "link", "set", device, "up"}));
    if (!link.rates.empty())
      run(there(bucket("add", device, link.rates.front().bits_per_second, link.has_schedule())));
  };
  begin(kNearDevice, kNearAddress, [](const Command& command) { return command; });
  begin(kFarDevice, kFarAddress, [this](const Command& command) { return at_far_end(command); });
}

void NetworkLink::set_rate(std::uint64_t bits_per_second) {
  run(bucket("change", kNearDevice, bits_per_second, true));
  run(at_far_end(bucket("change", kFarDevice, bits_per_second, true)));
}

void NetworkLink::set_congestion_control(const std::string& name) {
  run({"ip", "route", "replace", kNetwork, "dev", kNearDevice, "proto", "kernel", "scope", "link",
       "src", kNearAddress, "congctl", name});
}

void NetworkLink::run(const Command& command) {
  const ChildProcess child(loop_.io(), command);
  loop_.wait(kProgramTimeout, [&] { return child.has_ended(); });
  if (child.has_ended() && child.exit_code() == 0) return;
  throw std::runtime_error(fmt::format("cannot set up the link of --link: '{}' failed: {}",
                                       to_shell(command), last_error_line(child)));
}

}  // namespace jpegwire
