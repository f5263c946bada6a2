#include "hot_paths.hpp"

#include <algorithm>
#include <asio/io_context.hpp>
#include <cstring>
#include <vector>

#include "codec/jpeg_decoder.hpp"
#include "codec/jpeg_layout.hpp"
#include "fec_frames.hpp"
#include "loopback_viewers.hpp"
#include "net/framing/frame_assembler.hpp"
#include "net/stream/viewer_count.hpp"
#include "net/tcp/frame_server.hpp"
#include "rtp_frames.hpp"
#include "test_frames.hpp"

namespace jpegwire::bench {
namespace {

class Encoding final : public FrameWork {
 public:
  void do_frame() override { require(encoder_.encode(picture_) != nullptr, "no frame"); }

 private:
  const Picture picture_ = yuyv_picture(kWidth, kHeight);
  BandPool pool_{1};
  JpegEncoder encoder_{pool_, {.quality = kQuality}};
};

class Decoding final : public FrameWork {
 public:
  void do_frame() override {
    require(decoder_.decode(coded_.frame->layout, picture_) == DecodedRows::all,
            "a frame cannot be decoded");
  }

 private:
  CodedPicture coded_;
  JpegDecoder decoder_{coded_.pool};
  Picture picture_;
};

class Validation final : public FrameWork {
 public:
  void do_frame() override {
    require(validate_jpeg(jpeg_, layout_) == JpegVerdict::ok, "a frame is not valid");
  }

 private:
  const std::vector<std::byte> jpeg_ = coded_jpeg();
  JpegLayout layout_;
};

/// The bytes of one frame on a stream, after an earlier frame has determined the framing.
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
    require(frames_ == 1, "the stream does not give exactly one frame");
    frames_ = 0;
  }

 private:
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

class SizePrefixFraming final : public Assembling {
 public:
  SizePrefixFraming() : Assembling(size_prefixed(coded_jpeg())) {}
};

class MultipartFraming final : public Assembling {
 public:
  MultipartFraming() : Assembling(multipart(coded_jpeg())) {}
};

class Packetizing final : public FrameWork {
 public:
  void do_frame() override {
    frame_->capture_time += microseconds(33'333);
    cut(packetizer_, *frame_, packets_);
    require(!packets_.empty(), "no packets");
  }

 private:
  std::shared_ptr<EncodedFrame> frame_ = still_frame();
  JpegPacketizer packetizer_{{}};
  std::vector<OutgoingPacket> packets_;
};

class Reassembling final : public FrameWork {
 public:
  void do_frame() override {
    reassembly_.add_frame();
    require(reassembly_.whole() == ++frames_, "a frame is incomplete");
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

class FanningOut final : public FrameWork {
 public:
  FanningOut() {
    while (viewer_count_.count() < static_cast<int>(LoopbackViewers::kCount)) io_.run_one();
  }

  void do_frame() override {
    frame_->sequence++;
    server_.submit(frame_);
    io_.poll();
  }

  void end_frame() override {
    std::size_t taken_bytes = 0;
    while (taken_bytes < LoopbackViewers::kCount * frame_->layout.size_bytes()) {
      io_.poll();
      taken_bytes += viewers_.drop();
    }
  }

 private:
  std::shared_ptr<EncodedFrame> frame_ = small_frame();
  asio::io_context io_{1};
  ViewerCount viewer_count_;
  FrameServer server_{io_, viewer_count_, {}};
  LoopbackViewers viewers_{io_, server_.listen({"127.0.0.1", 0}).endpoint().port};
};

constexpr HotPath kHotPaths[] = {
    {"encode", begin_work<Encoding>},
    {"decode", begin_work<Decoding>},
    {"validate", begin_work<Validation>},
    {"size_prefix_framing", begin_work<SizePrefixFraming>},
    {"multipart_framing", begin_work<MultipartFraming>},
    {"packetize", begin_work<Packetizing>},
    {"reassemble", begin_work<Reassembling>},
    {"fec_encode", begin_work<FecCoding>},
    {"fec_decode", begin_work<FecRestoring>},
    {"fan_out", begin_work<FanningOut>},
};

}  // namespace

std::span<const HotPath> hot_paths() { return kHotPaths; }

}  // namespace jpegwire::bench
