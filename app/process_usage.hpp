#pragma once

#include <cstdint>

namespace jpegwire {

/// The resources that this process has used since its start.
struct ProcessUsage {
  double cpu_seconds = 0;  // user and system, of all threads
  std::int64_t peak_rss_kb = 0;
};

/// Any thread. It reads /proc, so do not call it for each frame.
ProcessUsage process_usage();

}  // namespace jpegwire
