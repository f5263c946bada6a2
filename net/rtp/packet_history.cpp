#include "net/rtp/packet_history.hpp"

#include <utility>

namespace jpegwire {
namespace {

constexpr milliseconds kMaxPacketAge{200};
constexpr std::uint8_t kMaxResent = 3;

}  // namespace

SentFrame& PacketHistory::begin(FramePtr frame, WallTime now) {
  current_ = (current_ + 1) % frames_.size();
  SentFrame& sent = current();
  sent.frame = std::move(frame);
  sent.packets.clear();
  sent.times_resent.clear();
  sent.begun = now;
  return sent;
}

const OutgoingPacket* PacketHistory::find_again(std::uint16_t sequence, WallTime now) {
  for (SentFrame& sent : frames_) {
    if (!sent.frame || sent.packets.empty() || now - sent.begun > kMaxPacketAge) continue;
    const auto index = static_cast<std::uint16_t>(sequence - sent.packets.front().sequence);
    if (index >= sent.packets.size()) continue;
    sent.times_resent.resize(sent.packets.size());
    if (sent.times_resent[index] == kMaxResent) return nullptr;
    ++sent.times_resent[index];
    return &sent.packets[index];
  }
  return nullptr;
}

}  // namespace jpegwire
