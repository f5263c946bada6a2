#include "bench/link/lane.hpp"

#include <linux/sock_diag.h>
#include <sys/socket.h>

#include <asio/buffer.hpp>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

namespace jpegwire {
namespace {

// Enough for a burst of a whole frame, but a flood on one socket does not block the others.
constexpr int kMaxAtOnce = 1024;

/// The number of datagrams that the system discarded because the socket's buffer was full.
std::uint32_t overflow_of(Lane::Socket& socket) {
  std::array<std::uint32_t, SK_MEMINFO_VARS> information{};
  socklen_t size = sizeof information;
  ::getsockopt(socket.native_handle(), SOL_SOCKET, SO_MEMINFO, information.data(), &size);
  return information[SK_MEMINFO_DROPS];
}

}  // namespace

Lane::Lane(Socket listening, Socket forwarding, Peer target, const ImpairmentSettings& settings)
    : listening_(std::move(listening)),
      forwarding_(std::move(forwarding)),
      target_(std::move(target)),
      impairment_(settings),
      delayed_(listening_.get_executor(),
               [this](Bytes datagram) { send(forwarding_, datagram, target_, out_); }) {}

void Lane::start() {
  do_receive();
  do_return();
}

/// Waits for datagrams from the sender, then receives them.
void Lane::do_receive() {
  listening_.async_wait(Socket::wait_read, [this](std::error_code error) {
    if (error) return;
    receive_all();
    do_receive();
  });
}

/// Waits for datagrams from the target, then returns them.
void Lane::do_return() {
  forwarding_.async_wait(Socket::wait_read, [this](std::error_code error) {
    if (error) return;
    for (int i = 0; i < kMaxAtOnce && return_one(); ++i) continue;
    do_return();
  });
}

void Lane::receive_all() {
  for (int i = 0; i < kMaxAtOnce && receive_one(); ++i) continue;
}

bool Lane::receive_one() {
  Peer peer;
  const auto datagram = receive(listening_, peer);
  if (!datagram) return false;
  ++in_;
  sender_ = peer;
  delayed_.add(impairment_.pass(*datagram));
  return true;
}

bool Lane::return_one() {
  Peer peer;
  const auto datagram = receive(forwarding_, peer);
  if (!datagram) return false;
  if (sender_)
    send(listening_, *datagram, *sender_, returned_);
  else
    ++failed_;
  return true;
}

void Lane::finish() {
  receive_all();
  delayed_.add(impairment_.flush());
  delayed_.flush();
}

void Lane::send(Socket& from, Bytes datagram, const Peer& to, std::uint64_t& count) {
  std::error_code error;
  from.send_to(asio::buffer(datagram.data(), datagram.size()), to, 0, error);
  ++(error ? failed_ : count);
}

std::optional<Bytes> Lane::receive(Socket& socket, Peer& peer) {
  std::error_code error;
  const std::size_t size = socket.receive_from(asio::buffer(buffer_), peer, 0, error);
  if (!error) return Bytes(buffer_).first(size);
  if (error != asio::error::would_block) ++failed_;
  return std::nullopt;
}

nlohmann::json Lane::counts() {
  const ImpairmentCounts& impaired = impairment_.counts();
  return {{"in", in_},
          {"out", out_},
          {"dropped", impaired.dropped + delayed_.dropped()},
          {"duplicated", impaired.duplicated},
          {"reordered", impaired.reordered},
          {"corrupted", impaired.corrupted},
          {"truncated", impaired.truncated},
          {"returned", returned_},
          {"failed", failed_},
          {"overflowed", overflow_of(listening_) + overflow_of(forwarding_)}};
}

}  // namespace jpegwire
