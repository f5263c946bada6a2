#include "bench/runs/machine.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/utsname.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <thread>

#include "app/host_name.hpp"
#include "app/parse_number.hpp"

namespace jpegwire {
namespace {

constexpr std::uint64_t kUnlimited = std::numeric_limits<std::uint64_t>::max();

/// The value after "name:" in a file such as /proc/meminfo.
std::string value_in(const char* file_name, const std::string& name) {
  std::ifstream file(file_name);
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(':');
    if (!line.starts_with(name) || colon == std::string::npos) continue;
    const std::size_t begin = line.find_first_not_of(" \t", colon + 1);
    if (begin != std::string::npos) return line.substr(begin);
  }
  return "";
}

/// The number in the file; "max" or a missing file means no limit.
std::uint64_t limit_in(const char* file_name) {
  std::uint64_t limit = 0;
  return std::ifstream(file_name) >> limit ? limit : kUnlimited;
}

/// The words in a file that the kernel makes.
std::vector<std::string> words_in(const char* file_name) {
  std::ifstream file(file_name);
  std::vector<std::string> words;
  for (std::string word; file >> word;) words.push_back(word);
  return words;
}

std::uint64_t kilobytes_of(const std::string& name) {
  const std::string value = value_in("/proc/meminfo", name);  // as "16384 kB"
  return parse_number<std::uint64_t>(value.substr(0, value.find(' '))).value_or(0) * 1024;
}

std::uint64_t resource_limit(__rlimit_resource resource) {
  rlimit limit{};
  if (::getrlimit(resource, &limit) != 0 || limit.rlim_max == RLIM_INFINITY) return kUnlimited;
  return limit.rlim_max;
}

/// Control groups may limit the memory further, for example in a container.
std::uint64_t memory_left() {
  const std::uint64_t limit = limit_in("/sys/fs/cgroup/memory.max");
  if (limit == kUnlimited) return kilobytes_of("MemAvailable");
  const std::uint64_t used = limit_in("/sys/fs/cgroup/memory.current");
  return std::min(kilobytes_of("MemAvailable"), limit - std::min(limit, used));
}

/// The memory of the program, and of some pictures: one being decoded, one shown, and those between
/// them.
std::uint64_t bytes_of_viewer(const Case& one) {
  constexpr std::uint64_t kProgram = 40'000'000;
  constexpr std::uint64_t kPictures = 4;
  const PictureSize size = one.size.value_or(kDefaultPictureSize);
  return kProgram + kPictures * 3 * static_cast<std::uint64_t>(size.width) *
                        static_cast<std::uint64_t>(size.height);
}

std::uint64_t most_viewers_of_sender(Transport transport) {
  switch (transport) {
    case Transport::tcp:
      return 256;
    case Transport::http:
      return 10'000;
    case Transport::rtp:
      return 1000;  // each RTP viewer takes three ports
  }
  return 0;
}

/// The number of viewers that each resource allows.
struct ViewerRoom {
  std::uint64_t by_memory = 0;
  std::uint64_t by_descriptors = 0;
  std::uint64_t by_tasks = 0;
};

ViewerRoom room_for_viewers(const Case& one, const MachineRoom& room) {
  // Two pipes and the process itself. Earlier, for RTP, three sockets that find free ports.
  constexpr std::uint64_t kDescriptorsOfViewer = 3;
  constexpr std::uint64_t kDescriptorsKept = 64;
  constexpr std::uint64_t kTasksKept = 256;
  const auto threads_of_viewer = static_cast<std::uint64_t>(one.threads) + 3;
  return {.by_memory = room.memory_bytes / bytes_of_viewer(one),
          .by_descriptors = (room.descriptors - std::min(room.descriptors, kDescriptorsKept)) /
                            kDescriptorsOfViewer,
          .by_tasks = (room.tasks - std::min(room.tasks, kTasksKept)) / threads_of_viewer};
}

}  // namespace

std::vector<std::string> available_congestion_controls() {
  return words_in("/proc/sys/net/ipv4/tcp_available_congestion_control");
}

Machine this_machine() {
  utsname system{};
  ::uname(&system);
  const auto congestion_control = words_in("/proc/sys/net/ipv4/tcp_congestion_control");
  constexpr double kGigabyte = 1e9;
  return {.host = host_name(),
          .processor = value_in("/proc/cpuinfo", "model name"),
          .kernel = fmt::format("{} {} {}", system.sysname, system.release, system.machine),
          .cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency())),
          .memory_gb = static_cast<double>(kilobytes_of("MemTotal")) / kGigabyte,
          .congestion_control = congestion_control.empty() ? "" : congestion_control.front()};
}

std::string describe(const Machine& machine) {
  return fmt::format("{} cores of {}, {:.0f} GB, {}", machine.cores,
                     machine.processor.empty() ? "unknown kind" : machine.processor,
                     machine.memory_gb, machine.kernel);
}

nlohmann::json to_json(const Machine& machine) {
  return {{"description", describe(machine)},
          {"host", machine.host},
          {"processor", machine.processor},
          {"kernel", machine.kernel},
          {"cores", machine.cores},
          {"memory_gb", machine.memory_gb},
          {"congestion_control", machine.congestion_control}};
}

MachineRoom room_of_this_machine() {
  return {.descriptors = resource_limit(RLIMIT_NOFILE),
          .tasks = std::min({resource_limit(RLIMIT_NPROC), limit_in("/proc/sys/kernel/pid_max"),
                             limit_in("/sys/fs/cgroup/pids.max")}),
          .memory_bytes = memory_left()};
}

std::optional<std::string> refusal_of(const Case& one, const std::optional<MachineRoom>& room) {
  const auto wanted = static_cast<std::uint64_t>(one.viewers);
  const std::uint64_t by_sender = most_viewers_of_sender(one.transport);
  const std::string served = fmt::format("{} viewers are too many: a sender serves {} over {}",
                                         one.viewers, by_sender, name_of(one.transport));
  if (!room) return wanted > by_sender ? std::optional(served) : std::nullopt;
  const ViewerRoom here = room_for_viewers(one, *room);
  const std::uint64_t most =
      std::min({by_sender, here.by_memory, here.by_descriptors, here.by_tasks});
  if (wanted <= most) return std::nullopt;
  return fmt::format(
      "{}, and this machine has memory for {} ({:.1f} GB are free), descriptors for {} and "
      "processes for {}; choose at most {}",
      served, here.by_memory, static_cast<double>(room->memory_bytes) / 1e9, here.by_descriptors,
      here.by_tasks, most);
}

}  // namespace jpegwire
