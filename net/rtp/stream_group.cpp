#include "net/rtp/stream_group.hpp"

#include <utility>

#include "net/stream/link_rate.hpp"

namespace jpegwire {

// A group gets full frames when its link carries them again, and the scene may have changed.
void StreamGroup::note_frame(const EncodedFrame& frame) {
  const JpegLayout& layout = frame.layout;
  const PictureSize size{layout.width, layout.height};
  if (group() != kFullGroup && (size != full_.size || frame.quality != full_.quality)) return;
  const auto bytes = static_cast<double>(layout.size_bytes());
  const bool is_other = size != full_.size || frame.quality != full_.quality;
  full_ = {.bytes = is_other ? bytes : full_.bytes + (bytes - full_.bytes) / 8,
           .size = size,
           .quality = frame.quality};
}

void StreamGroup::update(const std::optional<LinkState>& link, const ViewerWish& wish,
                         SteadyTime now) {
  constexpr double kEasily = 1.3;
  constexpr std::chrono::seconds kLeaveAfter{2};
  if (!link) return leave();
  const double budget = frame_budget_bytes(link->safe_rate, link->rate, 0, interval());
  if (place_ == nullptr) {
    if (budget < full_.bytes) join(*link, wish);
    return;
  }
  if (budget <= kEasily * full_.bytes)
    carried_since_.reset();
  else if (!carried_since_)
    carried_since_ = now;
  if (carried_since_ && now - *carried_since_ >= kLeaveAfter) return leave();
  if (wish != wish_) place_->set(wish);
  wish_ = wish;
  place_->set(*link);
}

// Null where nothing may be adapted.
void StreamGroup::join(const LinkState& link, const ViewerWish& wish) {
  std::unique_ptr<RateBoard::Place> place = board_.add(wish, link);
  if (!place) return;
  wish_ = wish;
  carried_since_.reset();
  const std::scoped_lock lock(mutex_);
  place_ = std::move(place);
}

void StreamGroup::leave() {
  std::unique_ptr<RateBoard::Place> place;
  {
    const std::scoped_lock lock(mutex_);
    place = std::exchange(place_, nullptr);
  }
  carried_since_.reset();
}

unsigned StreamGroup::group() const {
  const std::scoped_lock lock(mutex_);
  return place_ ? place_->group() : kFullGroup;
}

microseconds StreamGroup::interval() const {
  const std::scoped_lock lock(mutex_);
  return interval_.get();
}

bool StreamGroup::takes(GroupSet groups, const EncodedFrame& frame) {
  const std::scoped_lock lock(mutex_);
  interval_.note(frame.capture_time);
  const unsigned group = place_ ? place_->group() : kFullGroup;
  if (!has_group(groups, group)) return false;
  const bool is_again =
      last_taken_ == frame.sequence && (group != kFullGroup || last_group_ != group);
  if (is_again) return false;
  last_taken_ = frame.sequence;
  last_group_ = group;
  return true;
}

}  // namespace jpegwire
