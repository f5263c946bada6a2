// The cost of sending the packets of a frame of 1920x1080 with different system calls.
#include <benchmark/benchmark.h>
#include <poll.h>

#include <asio/io_context.hpp>
#include <asio/ip/udp.hpp>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <stop_token>
#include <thread>
#include <utility>

#include "net/sockets/datagram_input.hpp"
#include "net/sockets/datagram_output.hpp"
#include "net/sockets/udp_socket.hpp"
#include "test_frames.hpp"

namespace jpegwire::bench {
namespace {

/// A socket on the loopback interface, and a thread that reads and counts its datagrams.
class DatagramDrain {
 public:
  /// With `coalesces` the kernel merges datagrams, as for jpegwire-viewer; without it, each read
  /// returns one datagram, as for other viewers.
  explicit DatagramDrain(bool coalesces) : socket_(open_input(io_, {"127.0.0.1", 0})) {
    if (coalesces) DatagramInput::enable(socket_.native_handle());
    enlarge_receive_buffer(socket_, std::size_t{4} << 20);
    thread_ = std::jthread([this](const std::stop_token& stop) { read(stop); });
  }

  asio::ip::udp::endpoint endpoint() const { return socket_.local_endpoint(); }

  /// Waits until `count` datagrams have arrived; false if they do not arrive within a second.
  bool wait_for(std::uint64_t count) const {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(1);
    while (count_ < count) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
    return true;
  }

 private:
  void read(const std::stop_token& stop) {
    DatagramInput input;
    DatagramInput::Batch batch;
    pollfd readable{.fd = socket_.native_handle(), .events = POLLIN, .revents = 0};
    while (!stop.stop_requested()) {
      ::poll(&readable, 1, 20);
      while (input.receive(socket_.native_handle(), batch))
        for (; !batch.bytes.empty(); ++count_) batch.take_datagram();
    }
  }

  asio::io_context io_;
  asio::ip::udp::socket socket_;
  std::atomic<std::uint64_t> count_ = 0;
  std::jthread thread_;
};

double thread_cpu_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// The packets of a frame, grouped by band as the sender sends them.
class FrameToSend {
 public:
  FrameToSend() {
    JpegPacketizer packetizer({});
    cut(packetizer, *frame_, packets_);
    bands_.emplace_back();
    for (const OutgoingPacket& packet : packets_) {
      bands_.back().push_back({packet.head(), packet.data});
      if (packet.ends_band && &packet != &packets_.back()) bands_.emplace_back();
    }
  }

  std::size_t packets() const { return packets_.size(); }

  /// False if the socket does not accept all packets.
  bool send(DatagramOutput& output, int socket) const {
    std::size_t done = 0;
    for (const auto& band : bands_) done += output.send(socket, band);
    return done == packets_.size();
  }

 private:
  std::shared_ptr<EncodedFrame> frame_ = still_frame();
  std::vector<OutgoingPacket> packets_;
  std::vector<std::vector<GatheredDatagram>> bands_;
};

// Measures the CPU time of the sending thread, only within the calls.
void send_frame(benchmark::State& state, DatagramOutput::Method method, bool puts_together) {
  static const FrameToSend frame;
  const DatagramDrain drain(puts_together);
  asio::io_context io;
  asio::ip::udp::socket socket = open_output(io, drain.endpoint(), {});
  DatagramOutput output(method);
  std::uint64_t sent = 0;
  for ([[maybe_unused]] auto _ : state) {
    const double begin = thread_cpu_seconds();
    const bool all = frame.send(output, socket.native_handle());
    state.SetIterationTime(thread_cpu_seconds() - begin);
    sent += frame.packets();
    if (!all || !drain.wait_for(sent)) state.SkipWithError("a packet is lost");
  }
}

using Method = DatagramOutput::Method;

void send_segmented(benchmark::State& state) { send_frame(state, Method::segmented, true); }
void send_segmented_to_others(benchmark::State& state) {
  send_frame(state, Method::segmented, false);
}
void send_batched(benchmark::State& state) { send_frame(state, Method::batched, false); }
void send_single(benchmark::State& state) { send_frame(state, Method::single, false); }
BENCHMARK(send_segmented)->UseManualTime()->Iterations(100);
BENCHMARK(send_segmented_to_others)->UseManualTime()->Iterations(100);
BENCHMARK(send_batched)->UseManualTime()->Iterations(100);
BENCHMARK(send_single)->UseManualTime()->Iterations(100);

}  // namespace
}  // namespace jpegwire::bench
