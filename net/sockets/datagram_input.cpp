#include "net/sockets/datagram_input.hpp"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace jpegwire {
namespace {

std::size_t segment_size(msghdr& message) {
  for (cmsghdr* control = CMSG_FIRSTHDR(&message); control != nullptr;
       control = CMSG_NXTHDR(&message, control)) {
    if (control->cmsg_level != SOL_UDP || control->cmsg_type != UDP_GRO) continue;
    int size = 0;
    std::memcpy(&size, CMSG_DATA(control), sizeof size);
    if (size > 0) return static_cast<std::size_t>(size);
  }
  return 0;
}

bool is_over(int error) { return error != EINTR && error != ECONNREFUSED; }

}  // namespace

void DatagramInput::enable(int socket) {
  const int on = 1;
  static_cast<void>(::setsockopt(socket, SOL_UDP, UDP_GRO, &on, sizeof on));
}

Bytes DatagramInput::Batch::take_datagram() {
  const Bytes datagram = bytes.first(std::min(datagram_size, bytes.size()));
  bytes = bytes.subspan(datagram.size());
  return datagram;
}

bool DatagramInput::receive(int socket, Batch& batch) {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  iovec part{buffer_.data(), buffer_.size()};
  msghdr message{};
  message.msg_name = source_.data();
  message.msg_namelen = static_cast<socklen_t>(source_.capacity());
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t size = 0;
  while ((size = ::recvmsg(socket, &message, 0)) < 0)
    if (is_over(errno)) return false;
  batch.bytes = Bytes(buffer_).first(static_cast<std::size_t>(size));
  const std::size_t segment = segment_size(message);
  batch.datagram_size = segment > 0 ? segment : batch.bytes.size();
  return true;
}

}  // namespace jpegwire
