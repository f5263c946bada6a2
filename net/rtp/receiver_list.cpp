#include "net/rtp/receiver_list.hpp"

#include <algorithm>

#include "net/rtp/format/ntp_time.hpp"

namespace jpegwire {
namespace {

constexpr std::chrono::seconds kMaxReceiverSilence{10};

}  // namespace

bool ReceiverList::note(const RtcpCompound& report, WallTime arrival) {
  const auto known = std::ranges::find(receivers_, report.sender_ssrc, &Receiver::ssrc);
  if (report.bye) {
    if (known != receivers_.end()) receivers_.erase(known);
    return false;
  }
  const bool is_new = known == receivers_.end();
  if (is_new && receivers_.size() == kMaxReferenceTimeEchoes) return false;
  Receiver& receiver = is_new ? receivers_.emplace_back() : *known;
  receiver.ssrc = report.sender_ssrc;
  if (report.reference_time || is_new) {
    receiver.last_reference = report.last_reference;
    receiver.arrival = arrival;
  }
  return is_new;
}

bool ReceiverList::all_of(const std::function<bool(std::uint32_t ssrc)>& holds) const {
  return std::ranges::all_of(receivers_, holds, &Receiver::ssrc);
}

std::span<const ReferenceTimeEcho> ReceiverList::echoes(WallTime now) {
  std::erase_if(receivers_, [&](const Receiver& receiver) {
    return now - receiver.arrival > kMaxReceiverSilence;
  });
  echoes_.clear();
  for (const Receiver& receiver : receivers_)
    if (receiver.last_reference != 0)
      echoes_.push_back({.ssrc = receiver.ssrc,
                         .last_reference = receiver.last_reference,
                         .delay = to_compact_duration(now - receiver.arrival)});
  return echoes_;
}

}  // namespace jpegwire
