#include "net/rtp/sequence_tracker.hpp"

#include <algorithm>
#include <cstdlib>

#include "net/rtp/format/ntp_time.hpp"
#include "net/rtp/format/sequence_number.hpp"

namespace jpegwire {
namespace {

constexpr std::int64_t kMaxDropout = 3000;  // RFC 3550, appendix A.1
constexpr int kWildToRestart = 3;
constexpr int kDuplicatesToRestart = 100;

template <std::size_t kSize>
std::size_t index_in(const std::bitset<kSize>&, std::int64_t number) {
  return static_cast<std::uint64_t>(number) % kSize;
}

}  // namespace

SequenceTracker::Accepted SequenceTracker::accept(std::uint16_t sequence) {
  if (!has_begun_) return begin_at(Kind::fresh, sequence);
  const std::int64_t number = extend_sequence(highest_, sequence);
  if (std::abs(number - highest_) >= kMaxDropout) return accept_wild(sequence);
  wild_in_a_row_ = 0;
  if (number > highest_) {
    duplicates_in_a_row_ = 0;
    advance_to(number);
    count(number);
    return {Kind::fresh, number};
  }
  if (seen_[index_in(seen_, number)])
    return is_going_on_behind(sequence) ? restart_at(sequence) : Accepted{Kind::duplicate, number};
  count(number);
  return {Kind::late, number};
}

SequenceTracker::Accepted SequenceTracker::begin_at(Kind kind, std::int64_t number) {
  expected_before_ = expected();
  has_begun_ = true;
  base_ = highest_ = number;
  wild_in_a_row_ = duplicates_in_a_row_ = 0;
  transit_.reset();
  seen_.reset();
  count(number);
  return {kind, number};
}

// RFC 3550, appendix A.1: several in a row show that the sender has restarted. Two in a row, as
// there, happen by chance among a hundred thousand stray packets. Numbers continue above all
// earlier ones, so that no two packets share one.
SequenceTracker::Accepted SequenceTracker::accept_wild(std::uint16_t sequence) {
  wild_in_a_row_ = sequence == after_wild_ ? wild_in_a_row_ + 1 : 1;
  after_wild_ = static_cast<std::uint16_t>(sequence + 1);
  return wild_in_a_row_ < kWildToRestart ? Accepted() : restart_at(sequence);
}

// A source that restarted a little behind its last number: duplicates made by a network arrive
// among fresh packets, not in long runs.
bool SequenceTracker::is_going_on_behind(std::uint16_t sequence) {
  duplicates_in_a_row_ = sequence == after_duplicate_ ? duplicates_in_a_row_ + 1 : 1;
  after_duplicate_ = static_cast<std::uint16_t>(sequence + 1);
  return duplicates_in_a_row_ == kDuplicatesToRestart;
}

SequenceTracker::Accepted SequenceTracker::restart_at(std::uint16_t sequence) {
  const std::int64_t nearest = extend_sequence(highest_, sequence);
  return begin_at(Kind::restarted, nearest <= highest_ ? nearest + 0x10000 : nearest);
}

void SequenceTracker::advance_to(std::int64_t number) {
  while (highest_ < number) seen_.reset(index_in(seen_, ++highest_));
}

void SequenceTracker::count(std::int64_t number) {
  seen_.set(index_in(seen_, number));
  if (number >= base_) ++received_;
}

std::int64_t SequenceTracker::expected() const {
  return expected_before_ + (has_begun_ ? highest_ - base_ + 1 : 0);
}

void SequenceTracker::measure_jitter(std::uint32_t rtp_timestamp, WallTime arrival) {
  const std::uint32_t transit = to_rtp_time(arrival) - rtp_timestamp;
  if (transit_) {
    const std::int64_t difference = distance(*transit_, transit);
    scaled_jitter_ += std::abs(difference) - ((scaled_jitter_ + 8) >> 4);
  }
  transit_ = transit;
}

std::uint8_t SequenceTracker::take_fraction_lost() {
  const std::int64_t expected_since = expected() - expected_prior_;
  const std::int64_t lost_since = expected_since - (received_ - received_prior_);
  expected_prior_ = expected();
  received_prior_ = received_;
  // More arrive than expected if late packets, counted as lost before, are among them.
  if (expected_since == 0 || lost_since <= 0) return 0;
  return static_cast<std::uint8_t>(std::min<std::int64_t>(256 * lost_since / expected_since, 255));
}

ReceptionReport SequenceTracker::report(std::uint32_t ssrc, std::uint32_t last_sender_report,
                                        std::uint32_t delay_since_sender_report) {
  return {.ssrc = ssrc,
          .fraction_lost = take_fraction_lost(),
          .cumulative_lost = static_cast<std::int32_t>(std::min<std::int64_t>(lost(), 0x7FFFFF)),
          .highest_sequence = static_cast<std::uint32_t>(highest_),
          .jitter = jitter(),
          .last_sender_report = last_sender_report,
          .delay_since_sender_report = delay_since_sender_report};
}

}  // namespace jpegwire
