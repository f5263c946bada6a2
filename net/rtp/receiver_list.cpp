#include "net/rtp/receiver_list.hpp"

#include <algorithm>
#include <tuple>

#include "net/rtp/format/ntp_time.hpp"

namespace jpegwire {
namespace {

constexpr std::chrono::seconds kMaxReceiverSilence{10};
constexpr std::chrono::seconds kHeardFor{5};

}  // namespace

bool ReceiverList::Receiver::hears(WallTime now) const {
  return last_heard != WallTime{} && now - last_heard <= kHeardFor;
}

void ReceiverList::note_sent(std::uint32_t compact_time) {
  sent_[sent_count_++ % sent_.size()] = compact_time;
}

bool ReceiverList::is_heard_by(const RtcpCompound& report) const {
  return std::ranges::any_of(report.reception_reports, [this](const ReceptionReport& block) {
    return block.ssrc == ssrc_ && block.last_sender_report != 0 &&
           std::ranges::find(sent_, block.last_sender_report) != sent_.end();
  });
}

bool ReceiverList::note(const RtcpCompound& report, WallTime arrival) {
  if (report.bye) {
    std::erase_if(receivers_,
                  [&](const Receiver& known) { return known.ssrc == report.sender_ssrc; });
    return false;
  }
  const bool hears = is_heard_by(report);
  Receiver* receiver = find_or_add(report.sender_ssrc, hears, arrival);
  if (receiver == nullptr) return false;
  const bool is_new = receiver->last_report == WallTime{};
  receiver->last_report = arrival;
  if (hears) receiver->last_heard = arrival;
  if (report.reference_time) {
    receiver->last_reference = report.last_reference;
    receiver->reference_arrival = arrival;
  }
  return is_new;
}

// Null if all places are taken by receivers that hear the stream, and this one does not.
ReceiverList::Receiver* ReceiverList::find_or_add(std::uint32_t ssrc, bool hears, WallTime now) {
  const auto known = std::ranges::find(receivers_, ssrc, &Receiver::ssrc);
  if (known != receivers_.end()) return &*known;
  if (receivers_.size() < kMaxReceivers) {
    receivers_.push_back({.ssrc = ssrc});
    return &receivers_.back();
  }
  const auto last = std::ranges::min_element(receivers_, {}, [now](const Receiver& receiver) {
    return std::tuple(receiver.hears(now), receiver.last_report);
  });
  if (last->hears(now) && !hears) return nullptr;
  *last = {.ssrc = ssrc};
  return &*last;
}

bool ReceiverList::hears(std::uint32_t ssrc, WallTime now) const {
  const auto known = std::ranges::find(receivers_, ssrc, &Receiver::ssrc);
  return known != receivers_.end() && known->hears(now);
}

bool ReceiverList::all_of(const std::function<bool(std::uint32_t ssrc)>& holds) const {
  return std::ranges::all_of(receivers_, holds, &Receiver::ssrc);
}

std::span<const ReferenceTimeEcho> ReceiverList::echoes(WallTime now) {
  std::erase_if(receivers_, [&](const Receiver& receiver) {
    return now - receiver.last_report > kMaxReceiverSilence;
  });
  std::ranges::sort(receivers_, {}, [now](const Receiver& receiver) {
    return std::tuple(!receiver.hears(now), receiver.last_echo);
  });
  echoes_.clear();
  for (Receiver& receiver : receivers_) {
    if (receiver.last_reference == 0) continue;
    if (echoes_.size() == kMaxReferenceTimeEchoes) break;
    receiver.last_echo = now;
    echoes_.push_back({.ssrc = receiver.ssrc,
                       .last_reference = receiver.last_reference,
                       .delay = to_compact_duration(now - receiver.reference_arrival)});
  }
  return echoes_;
}

}  // namespace jpegwire
