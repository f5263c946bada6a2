#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <system_error>

#include "codec/frame.hpp"

namespace jpegwire {

/// A datagram that is gathered from two places.
struct GatheredDatagram {
  Bytes head;
  Bytes data;

  std::size_t size() const { return head.size() + data.size(); }
};

/// Sends datagrams over a connected, non-blocking UDP socket with as few system calls as it can: a
/// run of datagrams of one size, of which the last may be shorter, is one sendmsg() that the kernel
/// cuts up (UDP_SEGMENT, udp(7)); where it refuses, all go in one sendmmsg(). Nothing is copied.
/// Bound to one thread; the socket is the caller's.
class DatagramOutput {
 public:
  enum class Method { segmented, batched, single };

  explicit DatagramOutput(Method method = Method::segmented) : method_(method) {}

  /// Sends what it can from the front and returns how many datagrams are done with, sent or given
  /// up; fewer than all where the socket takes no more for now. No error ends anything: a full
  /// queue (ENOBUFS), a receiver that is away (ECONNREFUSED) or a route that is gone costs
  /// datagrams, which are counted.
  std::size_t send(int socket, std::span<const GatheredDatagram> datagrams);

  /// Datagrams given up, so far.
  std::uint64_t failed() const { return failed_; }

  /// The latest reason; no error where there was none.
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
