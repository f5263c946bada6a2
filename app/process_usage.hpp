#pragma once

#include <cstdint>

namespace jpegwire {

/// What this process has used since it began.
struct ProcessUsage {
  double cpu_seconds = 0;  // user and system, of all threads
  std::int64_t peak_rss_kb = 0;
};

/// Any thread may call it; it reads /proc, so not for every frame.
ProcessUsage process_usage();

}  // namespace jpegwire
