#include "app/process_usage.hpp"

#include <sys/resource.h>
#include <sys/time.h>

#include <fstream>
#include <limits>
#include <string>

namespace jpegwire {
namespace {

double to_seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

/// getrusage()'s ru_maxrss survives execve(), so that a program started by a large one (a test
/// script, say) would report the large one's peak. proc(5)'s VmHWM belongs to this program alone.
std::int64_t peak_rss_kb(const rusage& usage) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    std::int64_t kilobytes = 0;
    if (word == "VmHWM:" && status >> kilobytes) return kilobytes;
    status.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return usage.ru_maxrss;
}

}  // namespace

ProcessUsage process_usage() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return {.cpu_seconds = to_seconds(usage.ru_utime) + to_seconds(usage.ru_stime),
          .peak_rss_kb = peak_rss_kb(usage)};
}

}  // namespace jpegwire
