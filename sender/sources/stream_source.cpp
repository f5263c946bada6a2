#include "sender/sources/stream_source.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <utility>

namespace jpegwire {
namespace {

constexpr milliseconds kTimeout{1000};      // at the beginning, before the card is shown
constexpr milliseconds kCardInterval{200};  // the card only has to show that the stream is alive

// Less than a viewer's timeout, so that the card reaches our viewers before they time out.
constexpr milliseconds kLongestSilence{4000};

}  // namespace

StreamSource::StreamSource(asio::io_context& io, const std::string& url, bool passthrough)
    : url_(parse_stream_address(url).text),
      passthrough_(passthrough),
      input_(open_stream(io, parse_stream_address(url),
                         {.reconnect = true, .timeout = kLongestSilence}, *this)) {
  input_->start();
}

std::string StreamSource::description() const {
  return fmt::format("stream {}, {}", url_,
                     passthrough_ ? "passed on without decoding" : "decoded and encoded again");
}

std::optional<CapturedFrame> StreamSource::read(std::stop_token stop) {
  while (!stop.stop_requested()) {
    if (auto frame = newest_.take_for(kCardInterval, stop)) return pass_on(std::move(*frame));
    if (is_away()) return no_signal();
  }
  return std::nullopt;
}

bool StreamSource::is_away() const {
  return awaits_frame_ && std::chrono::steady_clock::now() - begin_ > kTimeout;
}

void StreamSource::stop() { input_->stop(); }

CapturedFrame StreamSource::pass_on(std::shared_ptr<ReceivedFrame> frame) {
  width_ = frame->jpeg.layout.width;
  height_ = frame->jpeg.layout.height;
  card_.reset();
  const auto age = steady_now() - frame->capture_time().value_or(frame->first_byte);
  return {.capture_time = wall_now() - age,
          .raw = nullptr,
          .jpeg = std::shared_ptr<EncodedFrame>(frame, &frame->jpeg)};
}

CapturedFrame StreamSource::no_signal() {
  if (!card_) card_.emplace(width_, height_, fmt::format("waiting for {}", url_));
  return {.capture_time = wall_now(), .raw = card_->next(), .jpeg = nullptr};
}

void StreamSource::connected(const std::string& peer) {
  spdlog::info("connected to {}", peer);
  if (connections_++ > 0) ++reopened_;
}

void StreamSource::frame_received(std::shared_ptr<ReceivedFrame> frame) {
  awaits_frame_ = false;
  newest_.put(std::move(frame));
}

void StreamSource::frame_given_up(const LostFrame& frame) {
  if (frame.reception == Reception::refused)
    ++corrupt_;
  else if (incomplete_++ == 0)
    spdlog::warn(
        "some frames from {} lose packets, and only complete frames are passed on; start its "
        "sender "
        "with --fec or --nack",
        url_);
}

void StreamSource::frame_refused(JpegVerdict verdict) {
  if (corrupt_++ == 0) spdlog::warn("dropped a frame from {}: it {}", url_, describe(verdict));
}

void StreamSource::interrupted(const std::string& sentence) {
  awaits_frame_ = true;
  spdlog::warn("{}; trying again", sentence);
}

// It reconnects forever, so this is not expected; if it happens, the card is shown.
void StreamSource::ended(const std::string& error) {
  awaits_frame_ = true;
  spdlog::error("{}", error);
}

}  // namespace jpegwire
