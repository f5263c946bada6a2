#include "net/rtp/receiver_rates.hpp"

#include <algorithm>

#include "net/sockets/tcp_link.hpp"

namespace jpegwire {
namespace {

constexpr std::chrono::seconds kReportsCountFor{5};

}  // namespace

ReceiverRates::ReceiverRates()
    : of_new_local_(first_rate(true), LinkRate::Transport::datagrams),
      of_new_(first_rate(false), LinkRate::Transport::datagrams) {}

void ReceiverRates::set_interval(microseconds interval) {
  of_new_local_.set_interval(interval);
  of_new_.set_interval(interval);
  for (Receiver& receiver : receivers_) receiver.rate.set_interval(interval);
}

void ReceiverRates::begin_frame(std::uint32_t sequence, std::size_t size_bytes, SteadyTime now) {
  of_new_local_.begin_frame(sequence, size_bytes, now);
  of_new_.begin_frame(sequence, size_bytes, now);
  for (Receiver& receiver : receivers_) receiver.rate.begin_frame(sequence, size_bytes, now);
}

void ReceiverRates::end_frame(std::size_t size_bytes, SteadyTime now) {
  of_new_local_.end_frame(size_bytes, now);
  of_new_.end_frame(size_bytes, now);
  for (Receiver& receiver : receivers_) receiver.rate.end_frame(size_bytes, now);
}

void ReceiverRates::take_report(std::uint32_t ssrc, bool is_local, const FrameReception& frame,
                                SteadyTime now) {
  Receiver* receiver = find(ssrc);
  if (receiver == nullptr) {
    if (receivers_.size() == kMaxReceivers) return;
    receivers_.push_back({.ssrc = ssrc,
                          .is_local = is_local,
                          .wanted = {},
                          .rate = is_local ? of_new_local_ : of_new_,
                          .last_report = now});
    receiver = &receivers_.back();
  }
  receiver->last_report = now;
  receiver->wanted = frame.wanted;
  receiver->rate.take_report(frame, now);
}

void ReceiverRates::take_loss(std::uint32_t ssrc, double share, SteadyTime now) {
  if (Receiver* receiver = find(ssrc)) receiver->rate.note_loss(share, now);
}

void ReceiverRates::forget(std::uint32_t ssrc) {
  std::erase_if(receivers_, [ssrc](const Receiver& receiver) { return receiver.ssrc == ssrc; });
}

void ReceiverRates::forget_silent(SteadyTime now) {
  std::erase_if(receivers_, [now](const Receiver& receiver) {
    return now - receiver.last_report > kReportsCountFor;
  });
}

bool ReceiverRates::has(std::uint32_t ssrc) const {
  return std::ranges::find(receivers_, ssrc, &Receiver::ssrc) != receivers_.end();
}

PictureSize ReceiverRates::wanted() const {
  PictureSize largest;
  for (const Receiver& receiver : receivers_) {
    const PictureSize& wanted = receiver.wanted;
    if (wanted.width == 0 || wanted.height == 0) return {};
    largest = {std::max(largest.width, wanted.width), std::max(largest.height, wanted.height)};
  }
  return largest;
}

const ReceiverRates::Receiver* ReceiverRates::slowest() const {
  const auto slowest = std::ranges::min_element(
      receivers_, {}, [](const Receiver& receiver) { return receiver.rate.safe_rate(); });
  return slowest == receivers_.end() ? nullptr : &*slowest;
}

ReceiverRates::Receiver* ReceiverRates::find(std::uint32_t ssrc) {
  const auto found = std::ranges::find(receivers_, ssrc, &Receiver::ssrc);
  return found == receivers_.end() ? nullptr : &*found;
}

}  // namespace jpegwire
