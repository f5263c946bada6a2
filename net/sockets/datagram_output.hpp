#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <system_error>

#include "codec/frame.hpp"

namespace jpegwire {

/// A datagram in two parts.
struct GatheredDatagram {
  Bytes head;
  Bytes data;

  std::size_t size() const { return head.size() + data.size(); }
};

/// Sends datagrams over a connected, non-blocking UDP socket with as few system calls as it can: a
/// run of datagrams of one size, of which the last may be shorter, is sent with one sendmsg() and
/// segmented by the kernel (UDP_SEGMENT, udp(7)); if the kernel refuses, one sendmmsg() sends them
/// all. Nothing is copied. Bound to one thread; the socket is the caller's.
class DatagramOutput {
 public:
  enum class Method { segmented, batched, single };

  explicit DatagramOutput(Method method = Method::segmented) : method_(method) {}

  /// Sends what it can from the front and returns how many datagrams were sent or given up; fewer
  /// than all if the socket accepts no more now. No error is fatal: a full queue (ENOBUFS), an
  /// absent receiver (ECONNREFUSED) or a missing route loses datagrams, which are counted.
  std::size_t send(int socket, std::span<const GatheredDatagram> datagrams);

  /// Datagrams given up, so far.
  std::uint64_t failed() const { return failed_; }

  /// The latest reason; no error if there was none.
  std::error_code last_error() const { return last_error_; }

 private:
  /// What became of the datagrams at the front.
  struct Outcome {
    std::size_t done = 0;
    bool would_block = false;
  };

  Outcome send_run(int socket, std::span<const GatheredDatagram> datagrams);
  Outcome send_segmented(int socket, std::span<const GatheredDatagram> run);
  Outcome send_batched(int socket, std::span<const GatheredDatagram> datagrams);
  Outcome take_failure(std::size_t datagrams);

  Method method_;
  bool is_retry_ = false;
  std::uint64_t failed_ = 0;
  std::error_code last_error_;
};

}  // namespace jpegwire
