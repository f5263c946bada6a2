#include "net/sockets/tcp_link.hpp"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace jpegwire {
namespace {

// Where struct tcp_info of linux/tcp.h has its fields, of 32 bits but for one. That header cannot
// be included beside netinet/tcp.h, which asio includes and which lacks the later fields.
constexpr std::size_t kSegmentSize = 16;       // tcpi_snd_mss
constexpr std::size_t kSinceSent = 44;         // tcpi_last_data_sent, in milliseconds
constexpr std::size_t kSinceHeard = 56;        // tcpi_last_ack_recv, in milliseconds
constexpr std::size_t kRoundTrip = 68;         // tcpi_rtt
constexpr std::size_t kCongestionWindow = 80;  // tcpi_snd_cwnd, in segments
constexpr std::size_t kAcknowledged = 120;     // tcpi_bytes_acked, of 64 bits, Linux 4.1
constexpr std::size_t kLeastRoundTrip = 148;   // tcpi_min_rtt, Linux 4.6
constexpr std::size_t kDeliveryRate = 160;     // tcpi_delivery_rate, of 64 bits, Linux 4.9
constexpr std::size_t kLimitedByPeer = 176;    // tcpi_rwnd_limited, of 64 bits, Linux 4.10
constexpr std::size_t kWindow = 228;           // tcpi_snd_wnd, Linux 5.4

/// The bytes of struct tcp_info; those that the kernel does not know are missing.
class TcpInfo {
 public:
  explicit TcpInfo(int socket) {
    if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, bytes_.data(), &size_bytes_) != 0)
      size_bytes_ = 0;
  }

  template <class Field = std::uint32_t>
  std::optional<Field> field(std::size_t offset) const {
    Field value = 0;
    if (offset + sizeof value > size_bytes_) return std::nullopt;
    std::memcpy(&value, bytes_.data() + offset, sizeof value);
    return value;
  }

 private:
  std::array<std::byte, 256> bytes_{};
  socklen_t size_bytes_ = sizeof bytes_;
};

}  // namespace

TcpLink tcp_link(asio::ip::tcp::socket& socket) {
  const TcpInfo info(socket.native_handle());
  const std::size_t segments = info.field(kCongestionWindow).value_or(0);
  const microseconds round_trip(info.field(kRoundTrip).value_or(0));
  return {.window_bytes = info.field(kWindow),
          .congestion_window_bytes = segments * info.field(kSegmentSize).value_or(0),
          .round_trip = round_trip,
          .least_round_trip = microseconds(info.field(kLeastRoundTrip).value_or(0)),
          .limited_by_peer = microseconds(info.field<std::int64_t>(kLimitedByPeer).value_or(0)),
          .acknowledged_bytes = info.field<std::uint64_t>(kAcknowledged),
          .delivered_per_second =
              static_cast<double>(info.field<std::uint64_t>(kDeliveryRate).value_or(0)),
          .since_sent = milliseconds(info.field(kSinceSent).value_or(0)),
          .since_heard = milliseconds(info.field(kSinceHeard).value_or(0))};
}

std::size_t unacknowledged_bytes(asio::ip::tcp::socket& socket) {
  int bytes = 0;
  if (ioctl(socket.native_handle(), SIOCOUTQ, &bytes) != 0) return 0;
  return static_cast<std::size_t>(std::max(bytes, 0));
}

// Off loopback a guess that is too high would fill the link's queue with the first frames.
double first_rate(bool is_loopback) {
  constexpr double kLoopback = 1e9;
  constexpr double kMost = 5e6;
  return is_loopback ? kLoopback : kMost;
}

double first_rate(const TcpLink& link, bool is_loopback) {
  constexpr double kLeast = 250e3;
  const double most = first_rate(is_loopback);
  if (is_loopback) return most;
  const double round_trip = std::max(to_seconds(link.round_trip), 0.001);
  return std::clamp(static_cast<double>(link.congestion_window_bytes) / round_trip, kLeast, most);
}

bool is_on_this_machine(const asio::ip::address& here, const asio::ip::address& there) {
  return there.is_loopback() || here.is_loopback() || here == there;
}

}  // namespace jpegwire
