
#include <algorithm>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "library_calls.hpp"
#include "net/rtp/format/sdp.hpp"
#include "recording/libav.hpp"
#include "rtp_frames.hpp"
#include "test_frames.hpp"

namespace jpegwire::bench {
namespace {

using ReadFunction = int (*)(void* opaque, std::uint8_t* out, int size_bytes);
using WriteFunction = int (*)(void* opaque, std::uint8_t* bytes, int size_bytes);

struct FreeIo {
  void operator()(AVIOContext* io) const {
    av_freep(static_cast<void*>(&io->buffer));
    avio_context_free(&io);
  }
};
using Io = std::unique_ptr<AVIOContext, FreeIo>;

/// If the context can be written to, a read returns the result of one call of `read`.
Io make_io(std::size_t buffer_bytes, void* opaque, ReadFunction read, WriteFunction write) {
  return Io(avio_alloc_context(static_cast<unsigned char*>(av_malloc(buffer_bytes)),
                               static_cast<int>(buffer_bytes), write != nullptr ? 1 : 0, opaque,
                               read, write, nullptr));
}

struct CloseInput {
  void operator()(AVFormatContext* context) const { avformat_close_input(&context); }
};
using Input = std::unique_ptr<AVFormatContext, CloseInput>;

Input open_demuxer(const char* format, AVIOContext& io, LibavOptions& options) {
  quiet_libav();
  AVFormatContext* context = avformat_alloc_context();
  context->pb = &io;
  require(avformat_open_input(&context, nullptr, av_find_input_format(format), options.get()) == 0,
          "libavformat cannot open the stream");
  return Input(context);
}

struct FreePacket {
  void operator()(AVPacket* packet) const { av_packet_free(&packet); }
};
using Packet = std::unique_ptr<AVPacket, FreePacket>;

Packet make_packet() { return Packet(av_packet_alloc()); }

/// Reads the next JPEG and returns its size.
std::size_t read_jpeg(AVFormatContext& input, AVPacket& packet) {
  av_packet_unref(&packet);
  require(av_read_frame(&input, &packet) == 0, "libavformat finds no frame");
  return static_cast<std::size_t>(packet.size);
}

class MultipartDemuxing final : public FrameWork {
 public:
  void do_frame() override {
    require(read_jpeg(*input_, *packet_) == jpeg_.size(), "a JPEG has the wrong size");
  }

 private:
  // Repeats the same frame.
  static int read(void* opaque, std::uint8_t* out, int size_bytes) {
    auto& self = *static_cast<MultipartDemuxing*>(opaque);
    if (self.rest_.empty()) self.rest_ = self.stream_;
    const std::size_t size = std::min(static_cast<std::size_t>(size_bytes), self.rest_.size());
    std::memcpy(out, self.rest_.data(), size);
    self.rest_ = self.rest_.subspan(size);
    return static_cast<int>(size);
  }

  const std::vector<std::byte> jpeg_ = coded_jpeg();
  const std::vector<std::byte> stream_ = multipart(jpeg_);
  Bytes rest_;
  Io io_ = make_io(kReadBytes, this, read, nullptr);
  Packet packet_ = make_packet();
  LibavOptions no_options_;
  Input input_ = open_demuxer("mpjpeg", *io_, no_options_);
};

class RtpMuxing final : public FrameWork {
 public:
  RtpMuxing() {
    quiet_libav();
    io_->max_packet_size = kDefaultMtuBytes;
    context_->oformat = av_guess_format("rtp", nullptr, nullptr);
    context_->pb = io_.get();
    describe_stream(*avformat_new_stream(context_.get(), nullptr)->codecpar);
    LibavOptions options;
    options.set("rtpflags", "skip_rtcp");
    require(avformat_write_header(context_.get(), options.get()) >= 0,
            "libavformat has no RTP muxer");
  }

  void do_frame() override {
    packet_->data = reinterpret_cast<std::uint8_t*>(jpeg_.data());
    packet_->size = static_cast<int>(jpeg_.size());
    packet_->pts = packet_->dts = timestamp_ += 3000;
    sent_bytes_ = ends_ = 0;
    require(av_write_frame(context_.get(), packet_.get()) >= 0, "a frame cannot be sent");
    require(ends_ == 1 && sent_bytes_ > scan_bytes_, "a frame is not sent completely");
  }

 private:
  struct FreeContext {
    void operator()(AVFormatContext* context) const { avformat_free_context(context); }
  };

  static std::shared_ptr<EncodedFrame> frame_of_one_band() {
    BandPool pool(1);
    return JpegEncoder(pool, {.quality = kQuality, .bands = 1})
        .encode(*test_picture(kWidth, kHeight));
  }

  static void describe_stream(AVCodecParameters& stream) {
    stream.codec_type = AVMEDIA_TYPE_VIDEO;
    stream.codec_id = AV_CODEC_ID_MJPEG;
    stream.format = AV_PIX_FMT_YUVJ420P;
    stream.width = kWidth;
    stream.height = kHeight;
  }

  // RFC 3550, section 5.1: the marker is the first bit of the second byte.
  static int write(void* opaque, std::uint8_t* bytes, int size_bytes) {
    auto& self = *static_cast<RtpMuxing*>(opaque);
    self.sent_bytes_ += static_cast<std::size_t>(size_bytes);
    self.ends_ += bytes[1] >> 7;
    return size_bytes;
  }

  const std::shared_ptr<EncodedFrame> frame_ = frame_of_one_band();
  std::vector<std::byte> jpeg_ = whole(frame_->layout);
  const std::size_t scan_bytes_ = frame_->layout.bands.front().size();
  std::size_t sent_bytes_ = 0;
  int ends_ = 0;
  std::int64_t timestamp_ = 0;
  Io io_ = make_io(kDefaultMtuBytes, this, nullptr, write);
  Packet packet_ = make_packet();
  std::unique_ptr<AVFormatContext, FreeContext> context_{avformat_alloc_context()};
};

/// Reads the session description first, then RTP packets from memory instead of a socket.
class RtpDemuxing final : public FrameWork {
 public:
  RtpDemuxing() {
    LibavOptions options;
    options.set("sdp_flags", "custom_io");
    const Io description = make_io(kReadBytes, this, read_description, nullptr);
    input_ = open_demuxer("sdp", *description, options);
    input_->pb = packets_.get();
  }

  void do_frame() override {
    require(read_jpeg(*input_, *packet_) > scan_bytes_, "a frame is incomplete");
  }

 private:
  static int read_description(void* opaque, std::uint8_t* out, int) {
    std::string& rest = static_cast<RtpDemuxing*>(opaque)->description_;
    if (rest.empty()) return AVERROR_EOF;
    const auto size = static_cast<int>(rest.copy(reinterpret_cast<char*>(out), rest.size()));
    rest.clear();
    return size;
  }

  static int read_packet(void* opaque, std::uint8_t* out, int) {
    auto& self = *static_cast<RtpDemuxing*>(opaque);
    if (self.next_ % self.datagrams_.size() == 0) self.timestamp_ += 3000;
    std::vector<std::byte>& datagram = self.datagrams_[self.next_ % self.datagrams_.size()];
    renumber(datagram, static_cast<std::int64_t>(self.next_++), self.timestamp_);
    std::memcpy(out, datagram.data(), datagram.size());
    return static_cast<int>(datagram.size());
  }

  // Discards the RTCP reports.
  static int write(void*, std::uint8_t*, int size_bytes) { return size_bytes; }

  static std::size_t scan_bytes_of(const JpegLayout& layout) {
    std::size_t size_bytes = 0;
    for (const Bytes band : layout.bands) size_bytes += band.size();
    return size_bytes;
  }

  const std::shared_ptr<EncodedFrame> frame_ = still_frame();
  const std::size_t scan_bytes_ = scan_bytes_of(frame_->layout);
  std::vector<std::vector<std::byte>> datagrams_ = datagrams_of(*frame_);
  std::size_t next_ = 0;
  std::uint32_t timestamp_ = 0;
  std::string description_ = write_sdp({.address = "127.0.0.1", .port = 5004}, "127.0.0.1", 1);
  Io packets_ = make_io(kReadBytes, this, read_packet, write);
  Packet packet_ = make_packet();
  Input input_;
};

}  // namespace

std::unique_ptr<FrameWork> begin_multipart_demuxer() { return begin_work<MultipartDemuxing>(); }
std::unique_ptr<FrameWork> begin_rtp_muxer() { return begin_work<RtpMuxing>(); }
std::unique_ptr<FrameWork> begin_rtp_demuxer() { return begin_work<RtpDemuxing>(); }

}  // namespace jpegwire::bench
