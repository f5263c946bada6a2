#include "recording/video_file_writer.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "app/text.hpp"
#include "recording/libav.hpp"
#include "recording/output_file.hpp"

namespace jpegwire {
namespace {

constexpr std::chrono::seconds kLongestGapInAvi{90};
constexpr std::chrono::seconds kMaxBack{1};

bool is_avi(const AVOutputFormat& format) { return std::string_view(format.name) == "avi"; }
bool is_quicktime(const AVOutputFormat& format) { return std::string_view(format.name) == "mov"; }

/// AVI has a frame rate and no times: a later frame is preceded by empty frames, one per tick. So
/// its tick is no finer than necessary; 600 is a multiple of most frame rates. QuickTime uses the
/// same tick as RTP.
AVRational tick_of(const AVOutputFormat& format) {
  if (is_avi(format)) return {1, 600};
  return is_quicktime(format) ? AVRational{1, 90'000} : AVRational{1, 1000};
}

std::string utc(WallTime time) {
  const auto since_epoch = time.time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since_epoch);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", fmt::gmtime(seconds.count()),
                     (since_epoch - seconds).count());
}

const AVOutputFormat* format_of(const std::filesystem::path& file) {
  const std::string ending = lower(file.extension().string());
  return av_guess_format(nullptr, ("recording" + ending).c_str(), nullptr);
}

// By now the name may be that of a link; this opens the very file that was created.
std::string url_of(const Descriptor& file) {
  return libav_url(fmt::format("/proc/self/fd/{}", file.number()));
}

}  // namespace

void VideoFileWriter::Close::operator()(AVFormatContext* context) const {
  avio_closep(&context->pb);
  avformat_free_context(context);
}

void VideoFileWriter::Free::operator()(AVPacket* packet) const { av_packet_free(&packet); }

VideoFileWriter::VideoFileWriter(std::filesystem::path file, int width, int height, WallTime begin)
    : file_(std::move(file)),
      width_(width),
      height_(height),
      begin_(begin),
      packet_(av_packet_alloc()) {
  quiet_libav();
  AVFormatContext* context = nullptr;
  const int result =
      avformat_alloc_output_context2(&context, format_of(file_), nullptr, file_.c_str());
  context_.reset(context);
  if (result < 0 || !packet_) fail(result < 0 ? result : AVERROR(ENOMEM));
  created_ = require_new_file(file_);
  require(avio_open(&context_->pb, url_of(created_).c_str(), AVIO_FLAG_WRITE));
  add_stream();
  add_creation_time();
  write_header();
}

VideoFileWriter::~VideoFileWriter() = default;

void VideoFileWriter::add_stream() {
  AVStream* stream = avformat_new_stream(context_.get(), nullptr);
  if (stream == nullptr) fail(AVERROR(ENOMEM));
  stream->time_base = tick_of(*context_->oformat);
  stream->codecpar->codec_type = AVMEDIA_TYPE_VIDEO;
  stream->codecpar->codec_id = AV_CODEC_ID_MJPEG;
  stream->codecpar->width = width_;
  stream->codecpar->height = height_;
}

// AVI has a different name for this metadata.
void VideoFileWriter::add_creation_time() {
  const char* name = is_avi(*context_->oformat) ? "date" : "creation_time";
  av_dict_set(&context_->metadata, name, utc(begin_).c_str(), 0);
}

void VideoFileWriter::write_header() {
  LibavOptions options;
  if (is_quicktime(*context_->oformat))
    options.set("movflags", "+empty_moov+frag_custom+default_base_moof");
  require(avformat_write_header(context_.get(), options.get()));
  interval_ticks_ = ticks_of(microseconds(33'333));  // the muxer's own now
  note_flushed();
}

bool VideoFileWriter::takes(int width, int height, WallTime capture_time) const {
  if (width != width_ || height != height_) return false;
  const std::int64_t step = ticks_at(capture_time) - last_ticks_;
  if (step < -ticks_of(kMaxBack)) return false;
  return !is_avi(*context_->oformat) || step <= ticks_of(kLongestGapInAvi);
}

std::int64_t VideoFileWriter::ticks_at(WallTime capture_time) const {
  return ticks_of(capture_time - begin_);
}

// In the muxer's own unit, which it may have chosen.
std::int64_t VideoFileWriter::ticks_of(microseconds duration) const {
  return av_rescale_q(duration.count(), kMicrosecond, context_->streams[0]->time_base);
}

bool VideoFileWriter::write(Bytes jpeg, WallTime capture_time) {
  const std::int64_t wanted = ticks_at(capture_time);
  const std::int64_t ticks = std::max(wanted, last_ticks_ + 1);
  if (ticks - wanted > ticks_of(kMaxLate)) return false;
  // A pause says nothing about the frame rate after it.
  if (frames_ > 0) interval_ticks_ = std::min(ticks - last_ticks_, 2 * interval_ticks_);
  write_packet(jpeg, ticks);
  last_ticks_ = ticks;
  ++frames_;
  return true;
}

// libav does not copy a packet that does not own its data.
void VideoFileWriter::write_packet(Bytes jpeg, std::int64_t ticks) {
  packet_->data = const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(jpeg.data()));
  packet_->size = static_cast<int>(jpeg.size());
  packet_->pts = packet_->dts = ticks;
  packet_->duration = estimated_ticks();
  packet_->flags = AV_PKT_FLAG_KEY;
  packet_->stream_index = 0;
  if (is_quicktime(*context_->oformat))
    require(av_opt_set(context_->priv_data, "movflags", "+frag_discont", 0));
  require(av_write_frame(context_.get(), packet_.get()));
}

// The duration of a QuickTime fragment's last frame is an estimate, and without frag_discont libav
// would start the next fragment where that duration ends. It checks a frame's time before it reads
// this option, so the option is set with the second frame of the fragment before. A fragment
// of one frame has none; there, only a short duration leaves the next frame its time.
std::int64_t VideoFileWriter::estimated_ticks() const {
  const bool is_first_of_fragment = frames_ == flushed_frames_;
  const bool may_be_alone = is_quicktime(*context_->oformat) && is_first_of_fragment;
  return may_be_alone && frames_ > 0 ? 1 : interval_ticks_;
}

// Writing no packet ends a cluster or a fragment.
void VideoFileWriter::flush() {
  require(av_write_frame(context_.get(), nullptr));
  note_flushed();
}

void VideoFileWriter::end() {
  flush();
  require(av_write_trailer(context_.get()));
  note_flushed();
  require(avio_closep(&context_->pb));
}

void VideoFileWriter::note_flushed() {
  avio_flush(context_->pb);
  require(context_->pb->error);
  flushed_bytes_ = avio_tell(context_->pb);
  flushed_frames_ = frames_;
}

void VideoFileWriter::require(int result) {
  if (result < 0) fail(result);
}

// The data after the last flush may end within a frame, and a file without a header is useless.
void VideoFileWriter::fail(int error) {
  context_.reset();
  std::error_code ignored;
  const bool is_kept = flushed_bytes_ > 0 && ::ftruncate(created_.number(), flushed_bytes_) == 0;
  if (!is_kept && created_.is_open()) std::filesystem::remove(file_, ignored);
  const std::uint64_t lost = frames_ - flushed_frames_;
  throw std::runtime_error(fmt::format(
      "cannot write '{}': {}{}", file_.string(), describe_libav_error(error),
      lost == 0 ? "" : fmt::format("; {} lost", counted(lost, "frame is", "frames are"))));
}

}  // namespace jpegwire
