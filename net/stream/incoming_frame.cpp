#include "net/stream/incoming_frame.hpp"

#include <cstring>
#include <utility>

namespace jpegwire {
void IncomingFrame::begin(const FrameOrigin& origin, const JpegLayout& layout) {
  memory_.reset();
  if (used_bytes_ > buffer_.size()) buffer_ = std::vector<std::byte>(used_bytes_);
  used_bytes_ = 0;
  origin_ = origin;
  layout_ = layout;
  layout_.bands.clear();
  layout_.header = keep(layout.header);
  const std::scoped_lock lock(mutex_);
  bands_.clear();
  end_ = {};
}

void IncomingFrame::add(const Band& band) {
  const Band kept{.top = band.top, .height = band.height, .bytes = keep(band.bytes)};
  {
    const std::scoped_lock lock(mutex_);
    bands_.push_back(kept);
  }
  changed_.notify_one();
}

void IncomingFrame::close(FrameEnd end) {
  {
    const std::scoped_lock lock(mutex_);
    end_ = std::move(end);
  }
  changed_.notify_one();
}

void IncomingFrame::take(std::vector<Band>& bands, std::stop_token stop) const {
  bands.clear();
  std::unique_lock lock(mutex_);
  changed_.wait(lock, std::move(stop),
                [this] { return !bands_.empty() || end_.reception != Reception::under_way; });
  bands.swap(bands_);
}

FrameEnd IncomingFrame::end() const {
  const std::scoped_lock lock(mutex_);
  return end_;
}

// Some processors copy blocks of more than 2 kB several times slower to an address that is not
// aligned.
Bytes IncomingFrame::keep(Bytes bytes) {
  constexpr std::size_t kAlignment = 64;
  if (bytes.empty()) return {};
  if (!memory_) memory_.emplace(buffer_.data(), buffer_.size());
  void* const copy = memory_->allocate(bytes.size(), kAlignment);
  used_bytes_ += bytes.size() + kAlignment;
  return {static_cast<std::byte*>(std::memcpy(copy, bytes.data(), bytes.size())), bytes.size()};
}

}  // namespace jpegwire
