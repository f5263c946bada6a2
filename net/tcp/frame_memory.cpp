#include "net/tcp/frame_memory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace jpegwire {
namespace {

// A frame keeps the whole of its buffers, also what a larger one left in them. The encoder's frames
// have buffers elsewhere.
std::size_t memory_bytes(const EncodedFrame& frame) {
  std::size_t bytes = 0;
  for (const auto& buffer : frame.storage) bytes += buffer.capacity();
  return std::max(bytes, frame.layout.size_bytes());
}

// Sorts them, so that each counts once.
std::size_t distinct_bytes(std::vector<const EncodedFrame*>& frames) {
  std::ranges::sort(frames, std::less<>());
  const auto repeated = std::ranges::unique(frames);
  frames.erase(repeated.begin(), repeated.end());
  std::size_t bytes = 0;
  for (const EncodedFrame* frame : frames) bytes += memory_bytes(*frame);
  return bytes;
}

bool holds_any(const FrameHolder& holder) {
  return std::ranges::any_of(holder.held(), [](const auto* frame) { return frame != nullptr; });
}

}  // namespace

void LongestStalled::consider(FrameHolder& holder) {
  const std::optional<SteadyTime> since = holder.stalled_since();
  if (!since || *since > latest_) return;
  latest_ = *since;
  longest_ = &holder;
}

void FrameMemory::enforce(SteadyTime now) {
  list_held(frames_);
  while (distinct_bytes(frames_) > max_bytes_) {
    FrameHolder* longest = longest_stalled(now);
    if (longest == nullptr) return;
    ++evicted_;
    remove(*longest);
    longest->evict(fmt::format(
        "the frames that stalled clients hold take more than --memory {}, and it has taken none "
        "for the longest time",
        max_bytes_));
    list_held(frames_);
  }
}

std::size_t FrameMemory::held_bytes() const {
  std::vector<const EncodedFrame*> frames;
  list_held(frames);
  return distinct_bytes(frames);
}

void FrameMemory::list_held(std::vector<const EncodedFrame*>& frames) const {
  frames.clear();
  for (const FrameHolder* holder : holders_)
    for (const EncodedFrame* frame : holder->held())
      if (frame != nullptr) frames.push_back(frame);
}

FrameHolder* FrameMemory::longest_stalled(SteadyTime now) const {
  LongestStalled longest(now - timeout_);
  for (FrameHolder* holder : holders_)
    if (holds_any(*holder)) longest.consider(*holder);
  return longest.get();
}

}  // namespace jpegwire
