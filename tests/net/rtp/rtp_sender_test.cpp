#include "net/rtp/rtp_sender.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "support/loopback.hpp"
#include "support/rtp_frames.hpp"

namespace jpegwire::rtp_sender_test {
namespace {

using namespace test;
using asio::ip::udp;

/// A sender and the socket that it sends to, in one thread.
struct Link {
  explicit Link(RtpSenderSettings settings = {})
      : receiver(io, udp::endpoint(asio::ip::address_v4::loopback(), 0)),
        sender(io, viewer_count, with_target(std::move(settings)),
               [this](const std::string& sentence) { unfit.push_back(sentence); }) {
    receiver.non_blocking(true);
    receiver.set_option(udp::socket::receive_buffer_size(4 << 20));
  }

  RtpSenderSettings with_target(RtpSenderSettings settings) const {
    settings.target = {"127.0.0.1", receiver.local_endpoint().port()};
    return settings;
  }

  /// The marker packets, which end frames, among the packets that have arrived.
  int frames_received() {
    ByteVector datagram(2000);
    int frames = 0;
    std::error_code error;
    for (;;) {
      const std::size_t size = receiver.receive(asio::buffer(datagram), 0, error);
      if (error) return frames;
      if (parse_rtp(Bytes(datagram).first(size))->header.marker) ++frames;
    }
  }

  asio::io_context io;
  ViewerCount viewer_count;
  std::vector<std::string> unfit;
  udp::socket receiver;
  RtpSender sender;
};

/// Of a width that RTP/JPEG cannot carry.
FramePointer make_unfit() { return encoded(2048, 16); }

TEST_CASE("thousands of ready frames are sent one after the other") {
  constexpr int kFrames = 5000;
  Link link;
  const FramePointer frames[] = {encoded(32, 48, {}, 1), encoded(32, 48, {}, 2)};
  int received = 0;
  for (int i = 0; i < kFrames; ++i) {
    link.sender.submit(frames[i % 2]);
    run_ready(link.io);
    received += link.frames_received();
  }
  CHECK(received == kFrames);
  CHECK(link.sender.statistics().frames == kFrames);
  CHECK(link.sender.statistics().skipped == 0);
  link.sender.finish();
}

TEST_CASE("thousands of frames that RTP cannot carry are skipped, and the next one is sent") {
  constexpr std::size_t kFrames = 5000;
  Link link;
  std::vector<FramePointer> unfit;
  for (int i = 0; i < 5; ++i) unfit.push_back(make_unfit());
  for (std::size_t i = 0; i < kFrames; ++i) {
    link.sender.submit(unfit[i % unfit.size()]);
    if (i % 3 == 0) run_ready(link.io);
  }
  const FramePointer frame = encoded(32, 48);
  run_ready(link.io);
  link.sender.submit(frame);
  run_ready(link.io);
  CHECK(link.frames_received() == 1);
  CHECK(link.sender.statistics().frames == 1);
  CHECK(link.sender.statistics().skipped == kFrames);
  CHECK(link.unfit.size() == 1);
  link.sender.finish();
}

TEST_CASE("a frame that has begun is finished though newer ones are ready") {
  Link link;
  const FramePointer first = encoded(168, 128, {.quality = 95, .bands = 4}, 1);
  const FramePointer second = encoded(168, 128, {.quality = 95, .bands = 4}, 2);
  const FramePointer third = encoded(168, 128, {.quality = 95, .bands = 4}, 3);
  link.sender.bands_ready(first, 2);
  run_ready(link.io);
  CHECK(link.sender.statistics().packets > 0);
  link.sender.submit(second);
  link.sender.submit(third);
  run_ready(link.io);
  CHECK(link.frames_received() == 0);
  link.sender.submit(first);
  run_ready(link.io);
  CHECK(link.frames_received() == 2);
  CHECK(link.sender.statistics().frames == 2);
  CHECK(link.sender.statistics().skipped == 1);
  link.sender.finish();
}

TEST_CASE("packets that are ready when the sender finishes are sent") {
  RtpSenderSettings settings;
  settings.pace = true;
  Link link(settings);
  link.sender.submit(encoded(168, 128, {.quality = 95, .bands = 4}, 1));
  link.sender.finish();
  CHECK(link.frames_received() == 1);
}

}  // namespace
}  // namespace jpegwire::rtp_sender_test
