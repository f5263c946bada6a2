#include "net/rtp/ssrc_filter.hpp"

namespace jpegwire {
namespace {

constexpr milliseconds kMaxSilence{1000};  // twice the interval of a sender's reports
constexpr milliseconds kDepartedFor{2000};

}  // namespace

// The first packet of a source proves nothing; the one that follows it does.
void SsrcFilter::note(Source& source, std::uint16_t sequence) {
  if (source.next_sequence == sequence) source.is_proven = true;
  source.next_sequence = static_cast<std::uint16_t>(sequence + 1);
}

void SsrcFilter::release(WallTime now) {
  departed_ = ssrc();
  departure_ = now;
  current_.reset();
}

SsrcFilter::Verdict SsrcFilter::accept(std::uint32_t ssrc, std::uint16_t sequence, WallTime now) {
  if (is_current(ssrc)) {
    note(*current_, sequence);
    last_packet_ = now;
    return Verdict::ours;
  }
  if (departed_ == ssrc && now - departure_ < kDepartedFor) return Verdict::foreign;
  if (candidate_ && candidate_->ssrc == ssrc)
    note(*candidate_, sequence);
  else
    candidate_ = Source{.ssrc = ssrc, .next_sequence = static_cast<std::uint16_t>(sequence + 1)};
  const bool is_free = !current_ || now - last_packet_ > kMaxSilence;
  if (!is_free && (current_->is_proven || !candidate_->is_proven)) return Verdict::foreign;
  current_ = candidate_;
  candidate_.reset();
  last_packet_ = now;
  return Verdict::new_source;
}

}  // namespace jpegwire
