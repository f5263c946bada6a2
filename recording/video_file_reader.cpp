#include "recording/video_file_reader.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "recording/libav.hpp"

namespace jpegwire {
namespace {

// Keeps times of a damaged file within the range of every clock.
constexpr std::int64_t kLatestMicroseconds = std::int64_t{366} * 24 * 3600 * 1'000'000;

/// Neither sender nor viewer rotates the frames of a stream.
bool is_turned(const AVStream& stream) {
  return av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, nullptr) != nullptr;
}

}  // namespace

void VideoFileReader::Close::operator()(AVFormatContext* context) const {
  avformat_close_input(&context);
}

void VideoFileReader::Free::operator()(AVPacket* packet) const { av_packet_free(&packet); }

VideoFileReader::VideoFileReader(Context context, int stream)
    : context_(std::move(context)), stream_(stream), packet_(av_packet_alloc()) {}

// The list of formats excludes those whose files refer to others on the network.
std::optional<VideoFileReader> VideoFileReader::open(const std::filesystem::path& file) {
  quiet_libav();
  LibavOptions options;
  options.set("format_whitelist", "matroska,mov,avi");
  options.set("protocol_whitelist", "file");
  AVFormatContext* opened = nullptr;
  if (avformat_open_input(&opened, libav_url(file).c_str(), nullptr, options.get()) < 0)
    return std::nullopt;
  Context context(opened);
  const int stream = av_find_best_stream(opened, AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
  if (stream < 0) return std::nullopt;
  const AVStream& video = *opened->streams[stream];
  if (video.codecpar->codec_id != AV_CODEC_ID_MJPEG || is_turned(video)) return std::nullopt;
  return VideoFileReader(std::move(context), stream);
}

// In AVI an empty packet repeats the previous frame.
std::optional<VideoFrame> VideoFileReader::next() {
  if (!packet_) return std::nullopt;
  for (;;) {
    av_packet_unref(packet_.get());
    if (av_read_frame(context_.get(), packet_.get()) < 0) return std::nullopt;
    if (packet_->stream_index != stream_ || packet_->size <= 0) continue;
    const Bytes jpeg(reinterpret_cast<const std::byte*>(packet_->data),
                     static_cast<std::size_t>(packet_->size));
    return VideoFrame{jpeg, time_of_packet()};
  }
}

microseconds VideoFileReader::time_of_packet() const {
  const std::int64_t ticks = packet_->pts != AV_NOPTS_VALUE ? packet_->pts : packet_->dts;
  if (ticks == AV_NOPTS_VALUE) return {};
  const AVRational tick = context_->streams[stream_]->time_base;
  const std::int64_t time = av_rescale_q(ticks, tick, kMicrosecond);
  return microseconds(std::clamp(time, -kLatestMicroseconds, kLatestMicroseconds));
}

int VideoFileReader::width() const { return context_->streams[stream_]->codecpar->width; }
int VideoFileReader::height() const { return context_->streams[stream_]->codecpar->height; }

}  // namespace jpegwire
