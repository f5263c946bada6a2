#include "net/tcp/viewer_link.hpp"

#include <algorithm>
#include <utility>

namespace jpegwire {
namespace {

constexpr microseconds kSoonestLook{2000};

SteadyTime steady_time() { return std::chrono::steady_clock::now(); }

bool is_on_this_machine(const asio::ip::tcp::socket& socket) {
  std::error_code error;
  const auto here = socket.local_endpoint(error).address();
  return !error && jpegwire::is_on_this_machine(here, socket.remote_endpoint(error).address());
}

// Frames come a little early or late.
microseconds spacing_of(double frames_per_second) {
  constexpr double kEarly = 0.9;
  if (frames_per_second <= 0) return microseconds::zero();
  return std::chrono::duration_cast<microseconds>(
      std::chrono::duration<double>(kEarly / frames_per_second));
}

}  // namespace

ViewerLink::ViewerLink(asio::ip::tcp::socket& socket, RateBoard& board,
                       const ViewerRequest& request)
    : socket_(socket),
      request_(request),
      spacing_(spacing_of(request.frames_per_second)),
      wish_(request.wish),
      kernel_(tcp_link(socket)),
      bytes_before_(kernel_.acknowledged_bytes.value_or(0) +
                    jpegwire::unacknowledged_bytes(socket)),
      rate_(first_rate(kernel_, is_on_this_machine(socket))),
      place_(board.add(wish_, state())) {}

bool ViewerLink::note_offered(const EncodedFrame& frame) {
  constexpr auto kForward = std::uint32_t{1} << 31;  // sequence numbers wrap
  if (place_ && last_sequence_ && frame.sequence - *last_sequence_ - 1 >= kForward) return false;
  last_sequence_ = frame.sequence;
  interval_.note(frame.capture_time);
  rate_.set_interval(interval_.get());
  const microseconds made_in = std::clamp<microseconds>(wall_now() - frame.capture_time,
                                                        microseconds(0), 2 * interval_.get());
  time_to_make_ += (made_in - time_to_make_) / 4;
  return true;
}

bool ViewerLink::is_thinned(const EncodedFrame& frame) const {
  return is_too_soon(frame.capture_time, last_begun_, spacing_);
}

bool ViewerLink::is_outdated(const EncodedFrame& frame) const {
  constexpr milliseconds kLongestWait{100};
  const microseconds longest = std::max<microseconds>(kLongestWait, 2 * interval_.get());
  return !has_stopped_ && place_ && place_->newest_capture() - frame.capture_time > longest;
}

void ViewerLink::observe(std::uint64_t written_bytes, std::size_t unsent_bytes) {
  kernel_ = tcp_link(socket_);
  const std::size_t unacknowledged = unacknowledged_bytes(written_bytes);
  const SteadyTime now = steady_time();
  gate_.observe(kernel_, unacknowledged, interval_.get(), now);
  const std::size_t bytes = unacknowledged + unsent_bytes;
  const microseconds limited = kernel_.limited_by_peer - limited_at_begin_;
  const bool is_viewer_slow = 2 * limited > now - last_begin_;
  if (is_viewer_slow)
    rate_.note_slow_viewer(bytes, kernel_.least_round_trip, now);
  else
    rate_.note_outstanding(bytes, kernel_.least_round_trip, now);
}

// Each system call counts here: there is a look per frame and viewer.
std::size_t ViewerLink::unacknowledged_bytes(std::uint64_t written_bytes) const {
  if (!kernel_.acknowledged_bytes) return jpegwire::unacknowledged_bytes(socket_);
  const std::uint64_t carried = bytes_before_ + written_bytes;
  return carried - std::min(*kernel_.acknowledged_bytes, carried);
}

std::optional<microseconds> ViewerLink::wait(const EncodedFrame& frame) const {
  if (has_stopped_) return std::nullopt;
  return gate_.wait(frame.layout.size_bytes(), steady_time());
}

microseconds ViewerLink::next_look() const {
  const auto since = std::chrono::duration_cast<microseconds>(steady_time() - last_begin_);
  return std::clamp(since / 8, kSoonestLook, std::max(interval_.get(), kSoonestLook));
}

// A viewer's reports tell more than looks do. A link that sends a frame within one look is fast
// enough, and need not be measured.
bool ViewerLink::is_worth_a_look() const {
  if (!place_ || rate_.has_reports()) return false;
  return !was_ready_ || (!rate_.is_measured() && rate_.time_to_send() > kSoonestLook);
}

void ViewerLink::begin_frame(const EncodedFrame& frame, std::size_t size_bytes) {
  const SteadyTime now = steady_time();
  gate_.begin_frame(size_bytes, now);
  rate_.begin_frame(frame.sequence, size_bytes, now);
  last_begun_ = frame.capture_time;
  last_begin_ = now;
  limited_at_begin_ = kernel_.limited_by_peer;
  quality_ = frame.quality;
  size_ = {frame.layout.width, frame.layout.height};
  publish();
}

void ViewerLink::take_report(const FrameReception& frame) {
  rate_.take_report(frame, steady_time());
  ViewerWish wish = wish_;
  wish.shown = frame.wanted;
  if (!request_.is_mode_fixed) wish.adaptation = Adaptation::size;
  if (place_ && wish != wish_) place_->set(wish);
  wish_ = wish;
}

void ViewerLink::note_viewer_stopped() {
  has_stopped_ = true;
  publish();
}

void ViewerLink::publish() {
  if (!place_) return;
  const LinkState now = state();
  was_ready_ = now.viewer_ready && *now.viewer_ready <= now.as_of;
  place_->set(now);
}

LinkState ViewerLink::state() const {
  const SteadyTime now = steady_time();
  std::optional<SteadyTime> ready = has_stopped_ ? now : gate_.viewer_ready(now);
  if (ready) *ready -= time_to_make_;
  return {.rate = rate_.rate(),
          .safe_rate = rate_.safe_rate(),
          .queued_bytes = rate_.queued_bytes(now),
          .as_of = now,
          .viewer_ready = ready,
          .taken = last_begun_,
          .spacing = spacing_};
}

LinkStatistics ViewerLink::statistics() const {
  return {.is_adapted = place_ != nullptr,
          .bytes_per_second = rate_.rate(),
          .budget_bytes = frame_budget_bytes(rate_.safe_rate(), rate_.rate(), 0, interval_.get()),
          .group = group(),
          .quality = quality_,
          .size = size_};
}

}  // namespace jpegwire
