#include <malloc.h>

#include <array>
#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/write.hpp>
#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <new>
#include <random>
#include <stop_token>
#include <thread>

#include "codec/bytes.hpp"
#include "codec/jpeg_decoder.hpp"
#include "codec/jpeg_encoder.hpp"
#include "codec/picture_scaler.hpp"
#include "net/rtp/jpeg_reassembler.hpp"
#include "net/tcp/frame_server.hpp"
#include "net/tcp/stream_client.hpp"
#include "support/fec.hpp"
#include "support/jpegs.hpp"
#include "support/rtp_frames.hpp"

// Once warm, a frame's way from pixels to pixels takes nothing from the heap. This file replaces
// operator new for the whole test program; what libjpeg-turbo takes from malloc is its own affair.

namespace {

std::atomic<std::size_t> allocations = 0;
std::atomic<std::size_t> bytes_in_use = 0;

void* counted(void* memory) {
  ++allocations;
  bytes_in_use += ::malloc_usable_size(memory);
  return memory;
}

void release(void* memory) {
  bytes_in_use -= ::malloc_usable_size(memory);
  std::free(memory);
}

void* allocate(std::size_t size) {
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return counted(memory);
  throw std::bad_alloc();
}

void* allocate_aligned(std::size_t size, std::align_val_t alignment) {
  const auto boundary = static_cast<std::size_t>(alignment);
  if (void* memory = std::aligned_alloc(boundary, (size + boundary - 1) / boundary * boundary))
    return counted(memory);
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return counted(std::malloc(size == 0 ? 1 : size));
}
void* operator new[](std::size_t size, const std::nothrow_t& nothrow) noexcept {
  return operator new(size, nothrow);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate_aligned(size, alignment);
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return allocate_aligned(size, alignment);
}
void operator delete(void* memory) noexcept { release(memory); }
void operator delete[](void* memory) noexcept { release(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { release(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { release(memory); }
void operator delete(void* memory, std::size_t) noexcept { release(memory); }
void operator delete[](void* memory, std::size_t) noexcept { release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { release(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { release(memory); }

namespace jpegwire::allocations_test {
namespace {

using namespace test;

/// Hands frames to the decoding thread.
struct Receiver final : StreamObserver {
  void connected(const std::string&) override {}
  void bytes_read(std::size_t) override {}
  void frame_received(std::shared_ptr<ReceivedFrame> frame) override { slot.put(std::move(frame)); }
  void frame_refused(JpegVerdict) override { slot.close(); }
  SteadyTime last_shown() const override { return std::chrono::steady_clock::now(); }
  void interrupted(const std::string&) override {}
  void ended(const std::string&) override { slot.close(); }

  LatestSlot<std::shared_ptr<ReceivedFrame>> slot;
};

/// A sender and its viewers, whose sockets a thread of their own serves.
class Wire {
 public:
  Wire(std::size_t viewers, ReadSettings read, WriteSettings write)
      : server_(io_, viewer_count_, {.write = write}) {
    const Endpoint endpoint = server_.listen({"127.0.0.1", 0}).endpoint();
    for (std::size_t i = 0; i < viewers; ++i) {
      clients_[i].emplace(io_, StreamClientSettings{.endpoint = endpoint, .read = read},
                          receivers_[i]);
      clients_[i]->start();
    }
    while (viewer_count_.count() < static_cast<int>(viewers)) io_.run_one();
    thread_ = std::jthread([this] { io_.run(); });
  }

  ~Wire() {
    io_.stop();
    thread_.join();
  }

  /// The frame as the viewer received it; nothing where the stream ended.
  std::shared_ptr<ReceivedFrame> receive(std::size_t viewer) {
    return receivers_[viewer].slot.take_for(std::chrono::seconds(30)).value_or(nullptr);
  }

  FrameServer& server() { return server_; }

 private:
  asio::io_context io_{1};
  ViewerCount viewer_count_;
  FrameServer server_;
  std::array<Receiver, 4> receivers_;
  std::array<std::optional<StreamClient>, 4> clients_;
  std::jthread thread_;
};

TEST_CASE("the path of a frame does not allocate after a warm-up") {
  const auto format = GENERATE(PixelFormat::i420, PixelFormat::yuyv, PixelFormat::bgr);
  const auto viewers = GENERATE(as<std::size_t>{}, 1, 3);
  // In small pieces, whose reads are recorded, the laboratory takes nothing either.
  const bool in_laboratory = viewers == 3 && format == PixelFormat::i420;
  const ReadSettings read{.max_bytes = in_laboratory ? std::size_t{1000} : 0,
                          .are_recorded = in_laboratory};
  const WriteSettings write{.piece_bytes = in_laboratory ? std::size_t{3000} : 0};
  CAPTURE(format, viewers);
  std::array<Picture, 10> pictures;
  std::mt19937 random(5);
  for (unsigned seed = 0; seed < pictures.size(); ++seed) {
    pictures[seed] = make_picture(format, 640, 480, seed);
    // Noise in a part that differs from picture to picture, so that frames differ in size.
    const std::size_t noisy = pictures[seed].pixels.size() / 20 * (seed * 7 % 10);
    for (std::size_t i = 0; i < noisy; ++i)
      pictures[seed].pixels[i] ^= static_cast<std::byte>(random() % 16);
  }
  Wire wire(viewers, read, write);
  BandPool pool(2);
  JpegEncoder encoder(pool, {});
  JpegDecoder decoder(pool);
  Picture picture;

  // The scheduler determines how many buffers are in use at a time, and so how long it takes until
  // all are large enough. With regular allocations, kMaxFrames frames would pass without kEnough
  // frames in a row that need none.
  constexpr std::uint32_t kMaxFrames = 2000;
  constexpr int kEnough = 100;
  int frames_without = 0;
  for (std::uint32_t sequence = 0; sequence < kMaxFrames && frames_without < kEnough; ++sequence) {
    const std::size_t before = allocations;
    // The quality changes from frame to frame, and each fourth frame is given up once.
    EncodeTarget target{.quality = 70 + static_cast<int>(sequence % 3),
                        .stop_above_bytes = sequence % 4 == 0 ? 1000U : 0U};
    const Picture& source = pictures[sequence % pictures.size()];
    std::shared_ptr<EncodedFrame> frame = encoder.encode(source, target).frame;
    if ((frame == nullptr) != (target.stop_above_bytes != 0)) FAIL("the limit of " << sequence);
    target.stop_above_bytes = 0;
    if (!frame) frame = encoder.encode(source, target).frame;
    frame->sequence = sequence;
    frame->capture_time = wall_now();
    wire.server().submit(std::move(frame));
    for (std::size_t viewer = 0; viewer < viewers; ++viewer) {
      const std::shared_ptr<ReceivedFrame> received = wire.receive(viewer);
      if (!received || received->stamp->sequence != sequence) FAIL("frame " << sequence);
      if (decoder.decode(received->jpeg.layout, picture) != DecodedRows::all)
        FAIL("damaged frame " << sequence);
    }
    frames_without = allocations == before ? frames_without + 1 : 0;
  }
  CHECK(frames_without == kEnough);
}

TEST_CASE("scaling a picture does not allocate after a warm-up") {
  const auto format = GENERATE(PixelFormat::i420, PixelFormat::nv12, PixelFormat::yuyv,
                               PixelFormat::grey, PixelFormat::bgr);
  Picture picture;
  picture.resize(format, 640, 480);
  BandPool pool(1);
  PictureScaler scaler(pool);
  std::size_t warm = 0;
  for (int i = 0; i < 20; ++i) {
    if (i == 10) warm = allocations;
    for (const PictureSize size : {PictureSize{426, 320}, {320, 240}, {214, 160}})
      scaler.scale(picture, size);
  }
  CHECK(allocations == warm);
}

/// Decodes the bands of each frame, as a viewer does.
struct BandDecoder final : FrameObserver {
  bool frame_begun(const std::shared_ptr<const IncomingFrame>& begun) override {
    frame = begun;
    return true;
  }
  void frame_received(std::shared_ptr<ReceivedFrame>) override { ++whole; }
  void frame_given_up(const LostFrame&) override { ++lost; }

  /// Call after each packet.
  void decode() {
    if (!frame) return;
    frame->take(bands, stopped.get_token());
    if (!bands.empty() && decoder.decode(frame->layout(), bands, picture) != DecodedRows::all)
      FAIL("damaged band");
    if (frame->end().reception != Reception::under_way) frame.reset();
  }

  BandDecoder() { stopped.request_stop(); }

  BandPool pool{1};
  JpegDecoder decoder{pool};
  Picture picture;
  std::stop_source stopped;
  std::shared_ptr<const IncomingFrame> frame;
  std::vector<Band> bands;
  int whole = 0;
  int lost = 0;
};

TEST_CASE("reassembling RTP frames does not allocate after a warm-up") {
  JpegPacketizer packetizer({.mtu_bytes = kMinMtuBytes});
  std::vector<ByteVector> datagrams;
  for (std::uint32_t number = 0; number < 8; ++number)
    for (ByteVector& datagram :
         packetize(packetizer,
                   *encoded(320, 240, {.quality = static_cast<int>(60 + number * 5), .bands = 5},
                            number)))
      datagrams.push_back(std::move(datagram));
  BandDecoder decoder;
  JpegReassembler reassembler({.max_frame_bytes = std::size_t{8} << 20}, decoder);
  std::int64_t sequence = 0;
  std::size_t warm = 0;
  for (int round = 0; round < 40; ++round) {
    if (round == 20) warm = allocations;
    for (std::size_t i = 0; i < datagrams.size(); ++i, ++sequence) {
      // Each round is later than the previous one, and some packets are lost.
      put_big_endian(std::span(datagrams[i]).subspan(4),
                     parse_rtp(datagrams[i])->header.timestamp + 100'000);
      if (i % 97 == 50) continue;
      reassembler.add(*parse_rtp(datagrams[i]), sequence, WallTime{}, 0);
      decoder.decode();
    }
  }
  CHECK(allocations == warm);
  CHECK(decoder.whole > 40);
  CHECK(decoder.lost > 40);
}

TEST_CASE("reading multipart parts does not allocate after a warm-up") {
  const ByteVector part = to_bytes(
      "--a-boundary-longer-than-a-small-string\r\nContent-Type: image/jpeg\r\nContent-Length: 4\r\n"
      "X-Timestamp: 1.000000\r\n\r\nbody\r\n");
  ObjectPool<ReceivedFrame> frames;
  FrameAssembler assembler(frames, 1 << 20, {});
  std::size_t warm = 0;
  int received = 0;
  for (int i = 0; i < 100; ++i) {
    if (i == 50) warm = allocations;
    std::ranges::copy(part, assembler.space().begin());
    assembler.received(part.size(), steady_now());
    for (; assembler.next() == FrameAssembler::Event::frame; ++received) assembler.take_frame();
  }
  CHECK(received == 100);
  CHECK(allocations == warm);
}

TEST_CASE("reports, each with another wish, do not allocate after a warm-up") {
  asio::io_context io{1};
  ViewerCount viewer_count;
  FrameServer server(io, viewer_count, {.adaptation = Adaptation::size});
  const Endpoint endpoint = server.listen({"127.0.0.1", 0}).endpoint();
  asio::ip::tcp::socket viewer(io);
  viewer.connect({asio::ip::make_address(endpoint.host), endpoint.port});
  while (viewer_count.count() == 0) io.run_one();
  std::vector<GroupOrder> orders;
  const auto shown = [&] {
    server.rates().plan(orders, milliseconds{33}, 0, {}, std::chrono::steady_clock::now());
    return orders.at(0).shown;
  };
  constexpr std::uint32_t kReports = 200;
  std::size_t allocated = 0;
  for (std::uint32_t number = 1; number <= kReports; ++number) {
    const PictureSize wanted{static_cast<int>(number), static_cast<int>(7 * number)};
    const ReportBytes report = write_report({wall_now(), FrameReception{.wanted = wanted}});
    asio::write(viewer, asio::buffer(report.data(), report.size()));
    while (shown() != wanted) {
      const std::size_t before = allocations;
      io.run_one();
      if (number > kReports / 2) allocated += allocations - before;
    }
  }
  CHECK(allocated == 0);
}

/// Codes the block anew and restores every tenth of its packets.
void lose_and_restore(FecEncoder& encoder, FecDecoder& decoder, FecBlock& block,
                      std::int64_t first_sequence) {
  block.first_sequence = first_sequence;
  std::size_t restored = 0;
  for (std::size_t i = 0; i < block.packets.size(); ++i) {
    put_rtp_header(block.packets[i], {.sequence = static_cast<std::uint16_t>(block.sequence(i))},
                   false);
    encoder.add(block.sequence(i), {}, block.packets[i]);
    if (i % 10 != 0) restored += decoder.source(block.sequence(i), block.packets[i]).size();
  }
  for (const Bytes repair : encoder.finish(10))
    restored += decoder.repair(repair, first_sequence).size();
  if (restored != (block.packets.size() + 9) / 10) FAIL("block at " << first_sequence);
}

TEST_CASE("error correction does not allocate after a warm-up") {
  std::mt19937 random(5);
  FecEncoder encoder;
  FecDecoder decoder;
  std::vector<FecBlock> blocks;
  for (const std::size_t packets : {20, 64, 3, 50})
    blocks.push_back(make_block(encoder, random, 0, packets, 10, 1400));
  std::int64_t sequence = 0;
  std::size_t warm = 0;
  for (int i = 0; i < 400; ++i) {
    if (i == 200) warm = allocations;
    FecBlock& block = blocks[static_cast<std::size_t>(i) % blocks.size()];
    lose_and_restore(encoder, decoder, block, sequence);
    sequence += std::ssize(block.packets);
  }
  CHECK(allocations == warm);
}

TEST_CASE("a frame that is reused keeps the memory of one frame, however its bands grow") {
  IncomingFrame frame;
  const ByteVector bytes(300'000);
  const std::size_t before = bytes_in_use;
  for (std::size_t size = 1000; size < bytes.size(); size += 100) {
    frame.begin({}, {});
    frame.add({.top = 0, .height = 1, .bytes = Bytes(bytes).first(size)});
  }
  CHECK(bytes_in_use - before < 4 * bytes.size());
}

}  // namespace
}  // namespace jpegwire::allocations_test
