#include <algorithm>
#include <set>
#include <span>

#include "net/rtp/format/ntp_time.hpp"
#include "net/rtp/format/rtcp_reader.hpp"
#include "net/rtp/format/rtcp_writer.hpp"
#include "support/fuzzing.hpp"

// A parsed packet can be written, and parses identically again.

using namespace jpegwire;
using namespace jpegwire::test;

namespace {

bool write(const RtcpCompound& compound, RtcpWriter& writer) {
  const std::uint32_t ssrc = compound.sender_ssrc;
  bool fits = writer.receiver_report(ssrc, compound.reception_reports);
  if (compound.sender_info) fits = writer.sender_report(ssrc, *compound.sender_info) && fits;
  if (compound.reference_time) fits = writer.reference_time(ssrc, *compound.reference_time) && fits;
  if (compound.frame) fits = writer.frame_report(ssrc, *compound.frame) && fits;
  if (compound.bye) fits = writer.bye(ssrc) && fits;
  return fits;
}

// Times are written in microseconds; echoes and sequence numbers are separate.
RtcpCompound comparable(RtcpCompound compound) {
  compound.last_sender_report = 0;
  compound.last_reference = 0;
  compound.echoes = {};
  compound.nack.reset();
  return compound;
}

// Two times are written as no time at all: 1970 and 2036, where NTP's seconds wrap around.
bool is_written(WallTime time) { return time != WallTime{} && to_ntp(time) != 0; }

void check_echoes(const RtcpCompound& compound) {
  if (compound.echoes.empty()) return;
  RtcpWriter writer;
  require(writer.reference_time_echoes(compound.sender_ssrc, compound.echoes), "the echoes fit");
  require(parse_rtcp(writer.bytes())->echoes == compound.echoes, "the echoes are the same");
}

// The reader accepts numbers in any order, and more entries than the writer produces; 16 always
// fit.
void check_nack(const RtcpCompound& compound) {
  if (!compound.nack) return;
  const std::span<const std::uint16_t> all(compound.nack->sequences);
  std::set<std::uint16_t> again;
  for (std::size_t at = 0; at < all.size(); at += kMaxNackEntries) {
    const auto some = all.subspan(at, std::min(kMaxNackEntries, all.size() - at));
    RtcpWriter writer;
    require(writer.nack(compound.sender_ssrc, compound.nack->media_ssrc, some), "they fit");
    const auto read = parse_rtcp(writer.bytes());
    require(read && read->nack && read->nack->media_ssrc == compound.nack->media_ssrc,
            "it asks for the same medium");
    again.insert(read->nack->sequences.begin(), read->nack->sequences.end());
  }
  require(again == std::set(all.begin(), all.end()), "it asks for the same");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto compound = parse_rtcp(as_input(data, size));
  if (!compound) return 0;
  if (compound->reference_time && !is_written(*compound->reference_time)) return 0;
  if (compound->sender_info && !is_written(compound->sender_info->time)) return 0;
  RtcpWriter writer;
  require(write(*compound, writer), "the bytes that were read fit");
  const auto again = parse_rtcp(writer.bytes());
  require(again.has_value(), "a written compound packet can be read");
  require(comparable(*again) == comparable(*compound), "it says the same");
  check_echoes(*compound);
  check_nack(*compound);
  return 0;
}
