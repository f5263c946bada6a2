#include "net/sockets/datagram_output.hpp"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace jpegwire {
namespace {

constexpr std::size_t kMaxSegments = 64;      // UDP_MAX_SEGMENTS of the kernels that have the least
constexpr std::size_t kMaxRunBytes = 65'000;  // an IP packet's 16-bit length, less its headers
constexpr std::size_t kMaxBatch = 64;

iovec as_iovec(Bytes bytes) { return {const_cast<std::byte*>(bytes.data()), bytes.size()}; }

// Datagrams of the first one's size, and a shorter one that ends them.
std::size_t run_length(std::span<const GatheredDatagram> datagrams) {
  const std::size_t size = datagrams[0].size();
  std::size_t count = 0;
  std::size_t total = 0;
  for (const GatheredDatagram& datagram : datagrams) {
    total += datagram.size();
    if (datagram.size() > size || count == kMaxSegments || total > kMaxRunBytes) break;
    ++count;
    if (datagram.size() < size) break;
  }
  return std::max<std::size_t>(count, 1);
}

// The kernel's errors when it cannot segment: no offload on the route, or segments above the path
// MTU.
bool is_refusal_to_segment(int error) {
  return error == EIO || error == EINVAL || error == EOPNOTSUPP || error == EMSGSIZE ||
         error == ENOPROTOOPT;
}

}  // namespace

std::size_t DatagramOutput::send(int socket, std::span<const GatheredDatagram> datagrams) {
  std::size_t done = 0;
  while (done < datagrams.size()) {
    const Outcome outcome = send_run(socket, datagrams.subspan(done));
    done += outcome.done;
    if (outcome.would_block) break;
  }
  return done;
}

DatagramOutput::Outcome DatagramOutput::send_run(int socket,
                                                 std::span<const GatheredDatagram> datagrams) {
  if (method_ == Method::single) return send_batched(socket, datagrams.first(1));
  if (method_ == Method::batched)
    return send_batched(socket, datagrams.first(std::min(datagrams.size(), kMaxBatch)));
  const std::size_t length = run_length(datagrams);
  return length == 1 ? send_batched(socket, datagrams.first(1))
                     : send_segmented(socket, datagrams.first(length));
}

DatagramOutput::Outcome DatagramOutput::send_segmented(int socket,
                                                       std::span<const GatheredDatagram> run) {
  std::array<iovec, 2 * kMaxSegments> parts{};
  std::size_t count = 0;
  for (const GatheredDatagram& datagram : run) {
    parts[count++] = as_iovec(datagram.head);
    parts[count++] = as_iovec(datagram.data);
  }
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(std::uint16_t))> control{};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = count;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* segment = CMSG_FIRSTHDR(&message);
  segment->cmsg_level = SOL_UDP;
  segment->cmsg_type = UDP_SEGMENT;
  segment->cmsg_len = CMSG_LEN(sizeof(std::uint16_t));
  const auto size = static_cast<std::uint16_t>(run[0].size());
  std::memcpy(CMSG_DATA(segment), &size, sizeof size);
  if (::sendmsg(socket, &message, 0) >= 0) {
    is_retry_ = false;
    return {run.size(), false};
  }
  if (is_refusal_to_segment(errno)) {
    method_ = Method::batched;
    return {};
  }
  return take_failure(run.size());
}

DatagramOutput::Outcome DatagramOutput::send_batched(int socket,
                                                     std::span<const GatheredDatagram> datagrams) {
  std::array<iovec, 2 * kMaxBatch> parts{};
  std::array<mmsghdr, kMaxBatch> messages{};
  for (std::size_t i = 0; i < datagrams.size(); ++i) {
    parts[2 * i] = as_iovec(datagrams[i].head);
    parts[2 * i + 1] = as_iovec(datagrams[i].data);
    messages[i].msg_hdr.msg_iov = &parts[2 * i];
    messages[i].msg_hdr.msg_iovlen = 2;
  }
  const int sent = ::sendmmsg(socket, messages.data(), static_cast<unsigned>(datagrams.size()), 0);
  if (sent < 0) return take_failure(1);
  is_retry_ = false;
  return {static_cast<std::size_t>(sent), false};
}

// ECONNREFUSED reports that an earlier datagram was refused; this one was not sent and is tried
// again.
DatagramOutput::Outcome DatagramOutput::take_failure(std::size_t datagrams) {
  const int error = errno;
  if (error == EINTR) return {};
  if (error == EAGAIN || error == EWOULDBLOCK) return {0, true};
  last_error_ = std::error_code(error, std::system_category());
  if (error == ECONNREFUSED && !is_retry_) {
    is_retry_ = true;
    return {};
  }
  is_retry_ = false;
  failed_ += datagrams;
  return {datagrams, false};
}

}  // namespace jpegwire
