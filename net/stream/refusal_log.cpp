#include "net/stream/refusal_log.hpp"

namespace jpegwire {

void RefusalLog::add(JpegVerdict verdict) {
  const std::scoped_lock lock(mutex_);
  ++counts_.frames[static_cast<std::size_t>(verdict)];
  recent_.add(verdict);
}

void RefusalLog::add(const RefusedPacket& packet) {
  const std::scoped_lock lock(mutex_);
  ++counts_.packets[static_cast<std::size_t>(packet.fault)];
  recent_.add(packet);
}

void RefusalLog::reset_recent() {
  const std::scoped_lock lock(mutex_);
  recent_ = {};
}

Refusals RefusalLog::recent() const {
  const std::scoped_lock lock(mutex_);
  return recent_;
}

RefusalCounts RefusalLog::counts() const {
  const std::scoped_lock lock(mutex_);
  return counts_;
}

}  // namespace jpegwire
