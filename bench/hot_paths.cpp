#include "hot_paths.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "codec/jpeg_decoder.hpp"
#include "codec/jpeg_encoder.hpp"
#include "codec/jpeg_layout.hpp"
#include "fec_frames.hpp"
#include "net/audience.hpp"
#include "net/framing/frame_assembler.hpp"
#include "net/framing/size_prefix.hpp"
#include "net/tcp/frame_server.hpp"
#include "rtp_frames.hpp"
#include "test_pictures.hpp"

namespace jpegwire::bench {
namespace {

void require(bool is_right, const char* what) {
  if (!is_right) throw std::runtime_error(what);
}

/// One of the test card's frames, with the pool that it was coded with.
struct CodedPicture {
  BandPool pool{1};
  std::shared_ptr<EncodedFrame> frame =
      JpegEncoder(pool, {.quality = kQuality}).encode(*test_picture(kWidth, kHeight));
};

class Encoding final : public FrameWork {
 public:
  void do_frame() override { require(encoder_.encode(picture_) != nullptr, "no frame"); }

 private:
  const RawFrame picture_ = yuyv_picture(kWidth, kHeight);
  BandPool pool_{1};
  JpegEncoder encoder_{pool_, {.quality = kQuality}};
};

class Decoding final : public FrameWork {
 public:
  void do_frame() override {
    require(decoder_.decode(coded_.frame->layout, picture_), "a frame cannot be decoded");
  }

 private:
  CodedPicture coded_;
  JpegDecoder decoder_{coded_.pool};
  Picture picture_;
};

class Gate final : public FrameWork {
 public:
  void do_frame() override {
    require(inspect_jpeg(jpeg_, layout_) == JpegVerdict::ok, "the gate refuses a frame");
  }

 private:
  const std::vector<std::byte> jpeg_ = whole(CodedPicture().frame->layout);
  JpegLayout layout_;
};

/// What one frame is on a stream, behind one that has told the framing.
class Assembling : public FrameWork {
 public:
  explicit Assembling(std::vector<std::byte> stream) : stream_(std::move(stream)) {}

  void do_frame() override {
    std::span<const std::byte> rest = stream_;
    while (!rest.empty()) {
      const std::span<std::byte> space = assembler_.space();
      const std::size_t size = std::min({space.size(), rest.size(), kReadBytes});
      std::memcpy(space.data(), rest.data(), size);
      assembler_.received(size, {});
      rest = rest.subspan(size);
      take_frames();
    }
    require(frames_ == 1, "not one frame");
    frames_ = 0;
  }

 private:
  static constexpr std::size_t kReadBytes = std::size_t{64} << 10;

  void take_frames() {
    while (assembler_.next() == FrameAssembler::Event::frame) {
      assembler_.take_frame();
      ++frames_;
    }
  }

  const std::vector<std::byte> stream_;
  ObjectPool<ReceivedFrame> pool_;
  FrameAssembler assembler_{pool_, std::size_t{8} << 20};
  int frames_ = 0;
};

std::vector<std::byte> behind(std::string_view head, const std::vector<std::byte>& jpeg,
                              std::string_view tail) {
  std::vector<std::byte> stream;
  const auto append = [&stream](auto bytes) {
    const auto view = std::as_bytes(std::span(bytes));
    stream.insert(stream.end(), view.begin(), view.end());
  };
  append(head);
  append(std::span(jpeg));
  append(tail);
  return stream;
}

std::vector<std::byte> size_prefixed_frame() {
  const std::vector<std::byte> jpeg = whole(CodedPicture().frame->layout);
  std::array<std::byte, 4> prefix{};
  write_size(SizePrefix::be32, static_cast<std::uint32_t>(jpeg.size()), prefix);
  return behind({reinterpret_cast<const char*>(prefix.data()), prefix.size()}, jpeg, "");
}

std::vector<std::byte> multipart_frame() {
  const std::vector<std::byte> jpeg = whole(CodedPicture().frame->layout);
  const std::string head =
      fmt::format("--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {}\r\n\r\n", jpeg.size());
  return behind(head, jpeg, "\r\n");
}

class SizePrefixFraming final : public Assembling {
 public:
  SizePrefixFraming() : Assembling(size_prefixed_frame()) {}
};

class MultipartFraming final : public Assembling {
 public:
  MultipartFraming() : Assembling(multipart_frame()) {}
};

class Packetizing final : public FrameWork {
 public:
  void do_frame() override {
    frame_->capture_time += microseconds(33'333);
    cut(packetizer_, *frame_, packets_);
    require(!packets_.empty(), "no packets");
  }

 private:
  std::shared_ptr<EncodedFrame> frame_ = test_card_frames(1)[0];
  JpegPacketizer packetizer_{{}};
  std::vector<OutgoingPacket> packets_;
};

class Reassembling final : public FrameWork {
 public:
  void do_frame() override {
    reassembly_.add_frame();
    require(reassembly_.whole() == ++frames_, "a frame is not whole");
  }

 private:
  FrameReassembly reassembly_;
  std::int64_t frames_ = 0;
};

class FecCoding final : public FrameWork {
 public:
  void do_frame() override { require(encode_fec(encoder_, frame_, 10) > 0, "no repairs"); }

 private:
  const std::vector<FecBlock> frame_ = make_fec_frame();
  FecEncoder encoder_;
};

class FecRestoring final : public FrameWork {
 public:
  void do_frame() override {
    require(decode_fec(decoder_, frame_, 20) == 9, "not all packets were restored");
  }

 private:
  const std::vector<FecBlock> frame_ = make_fec_frame();
  FecDecoder decoder_;
};

/// A picture so small that the kernel takes it at once, for four viewers over loopback.
class FanningOut final : public FrameWork {
 public:
  FanningOut() {
    const Listener& listener = server_.listen({"127.0.0.1", 0});
    for (asio::ip::tcp::socket& viewer : viewers_)
      viewer.connect({asio::ip::address_v4::loopback(), listener.endpoint().port});
    while (audience_.present() < static_cast<int>(viewers_.size())) io_.run_one();
  }

  void do_frame() override {
    frame_->sequence++;
    server_.submit(frame_);
    std::size_t taken_bytes = 0;
    while (taken_bytes < viewers_.size() * frame_->layout.size_bytes()) {
      io_.poll();
      for (asio::ip::tcp::socket& viewer : viewers_) taken_bytes += drop(viewer);
    }
  }

 private:
  // tcp(7): with MSG_TRUNC the bytes are dropped and not copied.
  static std::size_t drop(asio::ip::tcp::socket& viewer) {
    constexpr std::size_t kMostBytes = std::size_t{1} << 20;
    const ssize_t size =
        ::recv(viewer.native_handle(), nullptr, kMostBytes, MSG_TRUNC | MSG_DONTWAIT);
    return size > 0 ? static_cast<std::size_t>(size) : 0;
  }

  BandPool pool_{1};
  std::shared_ptr<EncodedFrame> frame_ = JpegEncoder(pool_, {}).encode(*test_picture(160, 120));
  asio::io_context io_{1};
  Audience audience_;
  FrameServer server_{io_, audience_, {}};
  std::array<asio::ip::tcp::socket, 4> viewers_{
      asio::ip::tcp::socket(io_), asio::ip::tcp::socket(io_), asio::ip::tcp::socket(io_),
      asio::ip::tcp::socket(io_)};
};

template <class Work>
std::unique_ptr<FrameWork> begin() {
  return std::make_unique<Work>();
}

constexpr HotPath kHotPaths[] = {
    {"encode", begin<Encoding>},
    {"decode", begin<Decoding>},
    {"gate", begin<Gate>},
    {"size_prefix_framing", begin<SizePrefixFraming>},
    {"multipart_framing", begin<MultipartFraming>},
    {"packetize", begin<Packetizing>},
    {"reassemble", begin<Reassembling>},
    {"fec_encode", begin<FecCoding>},
    {"fec_decode", begin<FecRestoring>},
    {"fan_out", begin<FanningOut>},
};

}  // namespace

std::span<const HotPath> hot_paths() { return kHotPaths; }

}  // namespace jpegwire::bench
