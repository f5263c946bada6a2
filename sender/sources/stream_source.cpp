#include "sender/sources/stream_source.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace jpegwire {
namespace {

constexpr milliseconds kTimeout{1000};       // at the beginning, before the card is shown
constexpr milliseconds kAllAreRefused{500};  // no frame was passed on for so long
constexpr milliseconds kCardInterval{200};   // the card only has to show that the stream is alive

// Less than a viewer's timeout, so that the card reaches our viewers before they time out.
constexpr milliseconds kLongestSilence{4000};

StreamPolicy policy_for(std::optional<double> frames_per_second) {
  StreamPolicy policy{.reconnect = true, .timeout = kLongestSilence};
  if (frames_per_second && *frames_per_second > 0)
    policy.snapshot_interval = milliseconds(std::llround(1000 / *frames_per_second));
  return policy;
}

}  // namespace

StreamSource::StreamSource(asio::io_context& io, const std::string& url, bool passthrough,
                           std::optional<double> frames_per_second)
    : url_(parse_stream_address(url).text),
      passthrough_(passthrough),
      input_(open_stream(io, parse_stream_address(url), policy_for(frames_per_second), *this)),
      schedule_(frames_per_second.value_or(0)) {
  input_->start();
}

std::string StreamSource::description() const {
  return fmt::format("stream {}, {}", url_,
                     passthrough_ ? "passed on without decoding" : "decoded and encoded again");
}

std::optional<CapturedFrame> StreamSource::read(std::stop_token stop) {
  while (!stop.stop_requested()) {
    auto frame = newest_.take_for(kCardInterval, stop);
    const std::optional<std::string> reason = why_no_signal();
    const bool is_card_due = std::chrono::steady_clock::now() - last_card_ >= kCardInterval;
    if (reason && (!frame || is_card_due)) return no_signal(*reason);
    if (!frame) continue;
    if (schedule_.take(std::chrono::steady_clock::now())) return pass_on(std::move(*frame));
    leave_out();
  }
  return std::nullopt;
}

// A frame that is left out is a sign of life all the same.
void StreamSource::leave_out() {
  ++skipped_;
  frame_passed_on();
}

// Frames that are refused by the pipeline are still tried between two cards.
std::optional<std::string> StreamSource::why_no_signal() const {
  if (refuses_all()) return with_refusals(url_);
  const bool is_away = awaits_frame_ && std::chrono::steady_clock::now() - begin_ > kTimeout;
  return is_away ? std::optional("waiting for " + url_) : std::nullopt;
}

bool StreamSource::refuses_all() const {
  const SteadyTime last = std::max(begin_, last_shown());
  return !refusals_.recent().empty() && std::chrono::steady_clock::now() - last > kAllAreRefused;
}

std::string StreamSource::with_refusals(const std::string& sentence) const {
  const Refusals refusals = refusals_.recent();
  return refusals.empty() ? sentence : fmt::format("{}: {}", sentence, describe(refusals));
}

void StreamSource::refuse(JpegVerdict verdict) {
  if (refusals_.recent().frames == 0)
    spdlog::warn("a frame from {} was refused: {}", url_, describe(verdict));
  refusals_.add(verdict);
}

void StreamSource::frame_passed_on() {
  const std::scoped_lock lock(mutex_);
  last_passed_on_ = std::chrono::steady_clock::now();
  refusals_.reset_recent();
}

// The pipeline counts it as corrupt.
void StreamSource::frame_refused() { refuse(JpegVerdict::undecodable); }

SteadyTime StreamSource::last_shown() const {
  const std::scoped_lock lock(mutex_);
  return last_passed_on_;
}

void StreamSource::stop() { input_->stop(); }

CapturedFrame StreamSource::pass_on(std::shared_ptr<ReceivedFrame> frame) {
  width_ = frame->jpeg.layout.width;
  height_ = frame->jpeg.layout.height;
  card_.reset();
  is_origin_online_ = !frame->is_card();
  const auto age = steady_now() - frame->capture_time().value_or(frame->first_byte);
  return {.capture_time = wall_now() - age,
          .no_signal = frame->is_card(),
          .raw = nullptr,
          .jpeg = std::shared_ptr<EncodedFrame>(frame, &frame->jpeg)};
}

CapturedFrame StreamSource::no_signal(const std::string& sentence) {
  last_card_ = std::chrono::steady_clock::now();
  if (!card_) card_.emplace(width_, height_, sentence);
  card_->set_sentence(sentence);
  return {.capture_time = wall_now(), .no_signal = true, .raw = card_->next(), .jpeg = nullptr};
}

void StreamSource::connected(const std::string& peer) { spdlog::info("connected to {}", peer); }

void StreamSource::frame_received(std::shared_ptr<ReceivedFrame> frame) {
  const bool was_away = awaits_frame_.exchange(false);
  if (was_away && has_delivered_) ++reopened_;
  has_delivered_ = true;
  newest_.put(std::move(frame));
}

void StreamSource::frame_given_up(const LostFrame& frame) {
  if (frame.reception == Reception::refused) return frame_refused(frame.verdict);
  if (incomplete_++ == 0)
    spdlog::warn(
        "some frames from {} lose packets, and only complete frames are passed on; start its "
        "sender "
        "with --fec or --nack",
        url_);
}

void StreamSource::frame_refused(JpegVerdict verdict) {
  ++corrupt_;
  refuse(verdict);
}

void StreamSource::packet_refused(const RefusedPacket& packet) {
  const std::scoped_lock lock(mutex_);
  if (!std::exchange(has_refused_packets_, true))
    spdlog::warn("a packet of {} was refused: {}", url_, describe(packet));
  refusals_.add(packet);
}

void StreamSource::interrupted(const std::string& sentence) {
  awaits_frame_ = true;
  spdlog::warn("{}; trying again", with_refusals(sentence));
}

// It reconnects forever, so this is not expected; if it happens, the card is shown.
void StreamSource::ended(const std::string& error) {
  awaits_frame_ = true;
  spdlog::error("{}", error);
}

}  // namespace jpegwire
