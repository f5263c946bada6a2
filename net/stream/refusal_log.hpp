#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <span>
#include <string>

#include "codec/jpeg_layout.hpp"
#include "net/stream/packet_fault.hpp"
#include "net/stream/stream_observer.hpp"

namespace jpegwire {

/// How many frames and packets were refused, for each reason.
struct RefusalCounts {
  std::array<std::uint64_t, kVerdicts> frames{};       // by verdict
  std::array<std::uint64_t, kPacketFaults> packets{};  // by fault
};

/// For statistics: the reasons that were counted at all, by the names of their enumerators.
template <class Reason>
std::map<std::string, std::uint64_t> counts_by_name(std::span<const std::uint64_t> counts) {
  std::map<std::string, std::uint64_t> named;
  for (std::size_t reason = 0; reason < counts.size(); ++reason)
    if (counts[reason] > 0) named.emplace(name_of(static_cast<Reason>(reason)), counts[reason]);
  return named;
}

/// Notes what was refused of a source: all of it for the statistics, and what was refused lately as
/// the reason for which nothing is shown. Any thread.
class RefusalLog {
 public:
  void add(JpegVerdict verdict);
  void add(const RefusedPacket& packet);

  /// A frame was shown, or passed on, or there is another reason for which nothing is shown.
  void reset_recent();

  /// What was refused since then.
  Refusals recent() const;

  /// What was refused since the start.
  RefusalCounts counts() const;

 private:
  mutable std::mutex mutex_;
  RefusalCounts counts_;
  Refusals recent_;
};

}  // namespace jpegwire
