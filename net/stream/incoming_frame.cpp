#include "net/stream/incoming_frame.hpp"

#include <algorithm>
#include <utility>

#include "codec/bytes.hpp"

namespace jpegwire {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{64} << 10;

}  // namespace

void IncomingFrame::begin(const FrameOrigin& origin, const JpegLayout& layout) {
  block_ = used_bytes_ = 0;
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

// A new block moves the other blocks' vectors but not their bytes.
Bytes IncomingFrame::keep(Bytes bytes) {
  while (block_ < blocks_.size() && blocks_[block_].size() - used_bytes_ < bytes.size()) {
    ++block_;
    used_bytes_ = 0;
  }
  if (block_ == blocks_.size()) blocks_.emplace_back(std::max(kBlockBytes, bytes.size()));
  const std::span<std::byte> place = std::span(blocks_[block_]).subspan(used_bytes_, bytes.size());
  put_bytes(place, bytes);
  used_bytes_ += bytes.size();
  return place;
}

}  // namespace jpegwire
