#include "net/rtp/ssrc_filter.hpp"

#include <algorithm>
#include <utility>

namespace jpegwire {
namespace {

constexpr milliseconds kMaxSilence{1000};  // twice the interval of a sender's reports
constexpr milliseconds kPrecedence{5000};
constexpr milliseconds kDepartedFor{2000};

}  // namespace

// The first packet of a source proves nothing; the one that follows it does.
void SsrcFilter::Source::note(std::uint16_t sequence, WallTime now) {
  if (last_packet != WallTime{} && next_sequence == sequence) is_proven = true;
  next_sequence = static_cast<std::uint16_t>(sequence + 1);
  last_packet = last_sign = now;
}

void SsrcFilter::keep_alive(WallTime now) {
  if (!current_) return;
  current_->is_proven = true;
  current_->last_sign = now;
}

void SsrcFilter::release(WallTime now) {
  departed_ = std::exchange(current_, std::nullopt);
  if (departed_) departed_->last_sign = now;
  former_.reset();
}

void SsrcFilter::give_up(WallTime now, microseconds timeout) {
  if (!current_) return;
  const bool is_sending = now - current_->last_packet < timeout / 2;
  former_ = is_sending || !current_->is_proven ? std::nullopt : current_;
  if (former_) former_->last_sign = former_->last_packet;
  current_.reset();
}

SsrcFilter::Verdict SsrcFilter::accept(std::uint32_t ssrc, const Address& address,
                                       std::uint16_t sequence, WallTime now) {
  if (is_current(ssrc, address)) {
    current_->note(sequence, now);
    return Verdict::ours;
  }
  if (has_departed(ssrc, address, now)) return Verdict::other_source;
  Source& candidate = note_candidate(ssrc, address, sequence, now);
  if (!may_begin(candidate, now))
    return current_ && current_->ssrc == ssrc ? Verdict::other_address : Verdict::other_source;
  replace_current(candidate);
  return Verdict::new_source;
}

// One that gets its place back leaves no claim to the one that had it meanwhile.
void SsrcFilter::replace_current(Source& candidate) {
  if (former_ && former_->is(candidate.ssrc, candidate.address))
    former_.reset();
  else if (current_ && current_->is_proven)
    former_ = current_;
  current_ = std::exchange(candidate, {});
}

bool SsrcFilter::has_departed(std::uint32_t ssrc, const Address& address, WallTime now) const {
  return departed_ && departed_->is(ssrc, address) && now - departed_->last_sign < kDepartedFor;
}

// The address that has been silent for the longest gives way to a new one.
SsrcFilter::Source& SsrcFilter::note_candidate(std::uint32_t ssrc, const Address& address,
                                               std::uint16_t sequence, WallTime now) {
  auto candidate = std::ranges::find(candidates_, address, &Source::address);
  if (candidate == candidates_.end())
    candidate = std::ranges::min_element(candidates_, {}, &Source::last_packet);
  if (!candidate->is(ssrc, address)) *candidate = Source{.ssrc = ssrc, .address = address};
  candidate->note(sequence, now);
  return *candidate;
}

bool SsrcFilter::may_begin(const Source& candidate, WallTime now) const {
  const auto is_silent_for = [now](const Source& source, microseconds duration) {
    return now - source.last_sign > duration;
  };
  const auto shares_host = [&candidate](const Source& source) {
    return source.address.address() == candidate.address.address();
  };
  if (former_ && !is_silent_for(*former_, kPrecedence)) {
    if (former_->is(candidate.ssrc, candidate.address)) return !current_ || candidate.is_proven;
    if (!shares_host(*former_)) return false;
  }
  if (!current_) return true;
  if (!current_->is_proven) return candidate.is_proven || is_silent_for(*current_, kMaxSilence);
  if (!shares_host(*current_)) return is_silent_for(*current_, kPrecedence);
  // Its packets may come from another port of a NAT now, and its reports from the same.
  if (candidate.ssrc == current_->ssrc) return now - current_->last_packet > kMaxSilence;
  return is_silent_for(*current_, kMaxSilence);
}

}  // namespace jpegwire
