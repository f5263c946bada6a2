#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace jpegwire {

/// The packets of a stream of datagrams.
struct PacketCounts {
  std::uint64_t received = 0;
  std::uint64_t lost = 0;       // by the network
  std::uint64_t recovered = 0;  // of those, by repair or retransmission
};

/// The receiver of a stream over any transport; it calls a StreamObserver. Bound to the io thread;
/// must outlive the io context's run.
class StreamInput {
 public:
  StreamInput() = default;
  StreamInput(const StreamInput&) = delete;
  StreamInput& operator=(const StreamInput&) = delete;
  virtual ~StreamInput() = default;

  virtual void start() = 0;

  /// Closes in order. The observer is not called any more.
  virtual void stop() = 0;

  /// The stream's address, as the user wrote it.
  virtual std::string url() const = 0;

  /// Whether it listens on an address that other machines can reach.
  virtual bool is_public() const = 0;

  /// Nothing if the stream has no packets.
  virtual std::optional<PacketCounts> packet_counts() const { return std::nullopt; }
};

}  // namespace jpegwire
