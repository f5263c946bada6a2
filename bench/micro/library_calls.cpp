#include "library_calls.hpp"

#include <turbojpeg.h>

#include <array>
#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "codec/bytes.hpp"
#include "loopback_viewers.hpp"
#include "test_frames.hpp"

namespace jpegwire::bench {
namespace {

class OpencvEncoding final : public FrameWork {
 public:
  void do_frame() override {
    cv::cvtColor(yuyv_, bgr_, cv::COLOR_YUV2BGR_YUYV);
    require(cv::imencode(".jpg", bgr_, jpeg_, {cv::IMWRITE_JPEG_QUALITY, kQuality}), "no JPEG");
  }

 private:
  Picture picture_ = yuyv_picture(kWidth, kHeight);
  const cv::Mat yuyv_{kHeight, kWidth, CV_8UC2, picture_.pixels.data()};
  cv::Mat bgr_;
  std::vector<unsigned char> jpeg_;
};

class OpencvDecoding final : public FrameWork {
 public:
  void do_frame() override {
    cv::imdecode(bytes_, cv::IMREAD_COLOR, &picture_);
    require(picture_.size() == cv::Size(kWidth, kHeight), "a JPEG cannot be decoded");
  }

 private:
  std::vector<std::byte> jpeg_ = coded_jpeg();
  const cv::Mat bytes_{1, static_cast<int>(jpeg_.size()), CV_8UC1, jpeg_.data()};
  cv::Mat picture_;
};

/// It reads only up to the first scan, whereas jpegwire's validation finds the end of each band.
class HeaderReading final : public FrameWork {
 public:
  void do_frame() override {
    int width = 0, height = 0, subsampling = 0, colours = 0;
    const int result =
        tjDecompressHeader3(handle_.get(), reinterpret_cast<const unsigned char*>(jpeg_.data()),
                            jpeg_.size(), &width, &height, &subsampling, &colours);
    require(result == 0 && width == kWidth && height == kHeight, "a header cannot be read");
  }

 private:
  struct Destroy {
    void operator()(void* handle) const { tjDestroy(handle); }
  };

  const std::vector<std::byte> jpeg_ = coded_jpeg();
  std::unique_ptr<void, Destroy> handle_{tjInitDecompress()};
};

/// An asio SyncReadStream that repeats the same bytes, in fragments of the same size as for
/// jpegwire's framing, so that neither side's time includes the kernel.
class EndlessStream {
 public:
  explicit EndlessStream(std::vector<std::byte> bytes) : bytes_(std::move(bytes)) {}

  template <class Buffers>
  std::size_t read_some(const Buffers& buffers, std::error_code&) {
    const Bytes rest = Bytes(bytes_).subspan(at_);
    const std::size_t size =
        asio::buffer_copy(buffers, asio::buffer(rest.data(), rest.size()), kReadBytes);
    at_ = (at_ + size) % bytes_.size();
    return size;
  }

 private:
  std::vector<std::byte> bytes_;
  std::size_t at_ = 0;
};

/// Unlike jpegwire's framing, this does not validate the JPEGs.
class SizePrefixReading final : public FrameWork {
 public:
  void do_frame() override {
    std::array<std::byte, 4> prefix{};
    asio::read(stream_, asio::buffer(prefix));
    body_.resize(get_big_endian<std::uint32_t>(Bytes(prefix)));
    require(asio::read(stream_, asio::buffer(body_)) == jpeg_.size(), "a JPEG has the wrong size");
  }

 private:
  const std::vector<std::byte> jpeg_ = coded_jpeg();
  EndlessStream stream_{size_prefixed(jpeg_)};
  std::vector<std::byte> body_;
};

/// Sequential blocking writes, each of a size and a JPEG.
class WritingToEach final : public FrameWork {
 public:
  WritingToEach() {
    for (std::size_t i = 0; i < LoopbackViewers::kCount; ++i) {
      connections_.push_back(acceptor_.accept());
      connections_.back().set_option(asio::ip::tcp::no_delay(true));
    }
  }

  void do_frame() override {
    const std::array<asio::const_buffer, 2> message{asio::buffer(prefix_), asio::buffer(jpeg_)};
    std::size_t rest_bytes = 0;
    for (asio::ip::tcp::socket& connection : connections_)
      rest_bytes += asio::write(connection, message);
    while (rest_bytes > 0) rest_bytes -= viewers_.drop();
  }

 private:
  const std::vector<std::byte> jpeg_ = whole(small_frame()->layout);
  const std::array<std::byte, 4> prefix_ = size_prefix_of(jpeg_);
  asio::io_context io_{1};
  asio::ip::tcp::acceptor acceptor_{io_, {asio::ip::address_v4::loopback(), 0}};
  LoopbackViewers viewers_{io_, acceptor_.local_endpoint().port()};
  std::vector<asio::ip::tcp::socket> connections_;
};

constexpr LibraryCall kLibraryCalls[] = {
    {"encode", "OpenCV's cvtColor and imencode", begin_work<OpencvEncoding>},
    {"decode", "OpenCV's imdecode", begin_work<OpencvDecoding>},
    {"validate", "libjpeg-turbo's tjDecompressHeader3", begin_work<HeaderReading>},
    {"size_prefix_framing", "asio::read, twice", begin_work<SizePrefixReading>},
    {"multipart_framing", "libavformat's mpjpeg demuxer", begin_multipart_demuxer},
    {"packetize", "libavformat's rtp muxer", begin_rtp_muxer},
    {"reassemble", "libavformat's sdp demuxer", begin_rtp_demuxer},
    {"fec_encode", "ISA-L's ec_encode_data", begin_isal_encoding},
    {"fec_decode", "ISA-L's gf_invert_matrix and ec_encode_data", begin_isal_restoring},
    {"fan_out", "asio::write to each", begin_work<WritingToEach>},
};

}  // namespace

std::span<const LibraryCall> library_calls() { return kLibraryCalls; }

}  // namespace jpegwire::bench
