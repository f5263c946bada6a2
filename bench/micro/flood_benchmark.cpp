// A viewer's RtpReceiver with a valid stream and a flood of garbage on the same port: the number of
// frames of the valid stream that arrive, and the memory that the receiver takes.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "bench/link/port_run.hpp"
#include "net/rtp/rtp_receiver.hpp"
#include "net/sockets/datagram_output.hpp"
#include "net/sockets/udp_socket.hpp"
#include "number_argument.hpp"
#include "test_frames.hpp"

namespace jpegwire::bench {
namespace {

using asio::ip::udp;

constexpr std::uint32_t kSsrc = 0x600D600D;
constexpr std::size_t kGarbagePerPacket = 16;
constexpr microseconds kInterval{33'333};
constexpr int kWarmFrames = 30;

struct FrameCounter final : StreamObserver {
  void connected(const std::string&) override { ++connections; }
  void bytes_read(std::size_t size) override { bytes += size; }
  void frame_received(std::shared_ptr<ReceivedFrame>) override { ++whole; }
  void frame_given_up(const LostFrame&) override { ++given_up; }
  void frame_refused(JpegVerdict) override {}
  SteadyTime last_shown() const override { return std::chrono::steady_clock::now(); }
  void interrupted(const std::string&) override {}
  void ended(const std::string&) override {}

  std::size_t bytes = 0;
  int connections = 0;
  int whole = 0;
  int given_up = 0;
};

/// Useless datagrams of four kinds in turn.
class Garbage {
 public:
  explicit Garbage(unsigned seed) : random_(seed) {}

  /// Valid until the next call. `near` is the latest sequence number of the valid stream.
  std::span<const GatheredDatagram> next(std::uint16_t near) {
    datagrams_.clear();
    for (std::size_t i = 0; i < kGarbagePerPacket; ++i)
      datagrams_.push_back({make(storage_[i], near), {}});
    return datagrams_;
  }

 private:
  using Storage = std::array<std::byte, 1400>;

  Bytes make(Storage& storage, std::uint16_t near) {
    const std::span<std::byte> out = std::span(storage).first(1 + random() % storage.size());
    std::ranges::generate(out, [this] { return static_cast<std::byte>(random()); });
    switch (count_++ % 4) {
      case 0:
        return out;
      case 1:
        put_header(storage, random(), random_number());
        return Bytes(storage).first(std::max(out.size(), kRtpHeaderSizeBytes));
      case 2:
        return put_frame(storage, random(), random_number());
      default:
        return put_frame(storage, kSsrc, stale_or_wild(near));
    }
  }

  std::uint32_t random() { return static_cast<std::uint32_t>(random_()); }
  std::uint16_t random_number() { return static_cast<std::uint16_t>(random()); }
  int random_below(unsigned bound) { return static_cast<int>(1 + random() % (bound - 1)); }

  // A sequence number that is older than the receiver still expects, or implausibly far away.
  std::uint16_t stale_or_wild(std::uint16_t near) {
    const std::uint32_t stale = 400 + random() % 2500;
    const std::uint32_t wild = 3500 + random() % (0x10000 - 7000);
    return static_cast<std::uint16_t>(near - (random() % 2 == 0 ? stale : wild));
  }

  void put_header(Storage& storage, std::uint32_t ssrc, std::uint16_t sequence) {
    put_rtp_header(storage,
                   {.marker = random() % 2 == 0,
                    .payload_type = kJpegPayloadType,
                    .sequence = sequence,
                    .timestamp = random(),
                    .ssrc = ssrc},
                   false);
  }

  // A fragment of a different picture, at any offset.
  Bytes put_frame(Storage& storage, std::uint32_t ssrc, std::uint16_t sequence) {
    put_header(storage, ssrc, sequence);
    put_jpeg_payload_header(
        std::span(storage).subspan(kRtpHeaderSizeBytes),
        {.q = 80, .width = 8 * random_below(255), .height = 8 * random_below(255)},
        {.offset = random() % (8U << 20)}, nullptr);
    return Bytes(storage).first(400);
  }

  std::mt19937 random_;
  std::uint64_t count_ = 0;
  std::array<Storage, kGarbagePerPacket> storage_{};
  std::vector<GatheredDatagram> datagrams_;
};

/// A value of /proc/self/status.
long memory_kb(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(name + ":")) return std::atol(line.c_str() + name.size() + 1);
  return 0;
}

// proc(5): after this, VmHWM is the peak since this call.
void reset_peak_memory() { std::ofstream("/proc/self/clear_refs") << "5"; }

std::uint16_t find_free_ports() {
  asio::io_context io;
  const udp::endpoint any(asio::ip::address_v4::loopback(), 0);
  return open_port_run(io, any)[0].local_endpoint().port();
}

RtpReceiverSettings settings_for(std::uint16_t port) {
  RtpReceiverSettings settings;
  settings.session.address = "127.0.0.1";
  settings.session.port = port;
  settings.max_frame_bytes = std::size_t{8} << 20;
  return settings;
}

class Flood {
 public:
  explicit Flood(unsigned seed) : garbage_(seed) { receiver_.start(); }

  /// Sends the next valid frame, optionally with garbage before each of its packets.
  void send_frame(bool with_garbage) {
    const std::shared_ptr<EncodedFrame>& frame = card_[frames_++ % card_.size()];
    frame->capture_time = now_ += kInterval;
    cut(packetizer_, *frame, packets_);
    for (const OutgoingPacket& packet : packets_) {
      if (with_garbage) garbage_sent_ += send(bad_, garbage_.next(packet.sequence));
      const std::array good{GatheredDatagram{packet.head(), packet.data}};
      send(good_, good);
      io_.poll();
    }
  }

  /// Waits until all frames are complete, or no further frame is completed.
  void settle() {
    for (int whole = -1; std::exchange(whole, counter_.whole) != counter_.whole;) {
      io_.restart();
      io_.run_for(milliseconds{200});
    }
  }

  std::size_t frames() const { return frames_; }
  std::size_t garbage_sent() const { return garbage_sent_; }
  std::size_t bytes_sent() const { return bytes_sent_; }
  const FrameCounter& counter() const { return counter_; }

 private:
  std::size_t send(udp::socket& socket, std::span<const GatheredDatagram> datagrams) {
    for (const GatheredDatagram& datagram : datagrams) bytes_sent_ += datagram.size();
    return output_.send(socket.native_handle(), datagrams);
  }

  udp::endpoint target() const { return {asio::ip::address_v4::loopback(), port_}; }

  std::vector<std::shared_ptr<EncodedFrame>> card_ = test_card_frames(8);
  std::uint16_t port_ = find_free_ports();
  asio::io_context io_;
  FrameCounter counter_;
  RtpReceiver receiver_{io_, settings_for(port_), counter_};
  udp::socket good_ = open_output(io_, target(), {});
  udp::socket bad_ = open_output(io_, target(), {});
  DatagramOutput output_{DatagramOutput::Method::batched};
  Garbage garbage_;
  JpegPacketizer packetizer_{{.ssrc = kSsrc}};
  std::vector<OutgoingPacket> packets_;
  WallTime now_ = wall_now();
  std::size_t frames_ = 0;
  std::size_t garbage_sent_ = 0;
  std::size_t bytes_sent_ = 0;
};

nlohmann::json run(std::size_t garbage, unsigned seed) {
  Flood flood(seed);
  for (int i = 0; i < kWarmFrames; ++i) flood.send_frame(false);
  flood.settle();
  reset_peak_memory();
  const long before = memory_kb("VmRSS");
  while (flood.garbage_sent() < garbage) flood.send_frame(true);
  flood.settle();
  return {{"frames", flood.frames()},
          {"whole", flood.counter().whole},
          {"given_up", flood.counter().given_up},
          {"sources", flood.counter().connections},
          {"garbage", flood.garbage_sent()},
          {"bytes_sent", flood.bytes_sent()},
          {"bytes_received", flood.counter().bytes},
          {"growth_kb", memory_kb("VmHWM") - before}};
}

}  // namespace
}  // namespace jpegwire::bench

int main(int argc, char** argv) {
  using jpegwire::bench::number_argument;
  if (argc != 3) {
    fmt::print(stderr, "usage: flood_benchmark PACKETS SEED\n");
    return 2;
  }
  const nlohmann::json results = jpegwire::bench::run(number_argument<std::size_t>(argv[1]),
                                                      number_argument<unsigned>(argv[2]));
  fmt::print("{}\n", results.dump());
  return 0;
}
