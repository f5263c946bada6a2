#include "bench/runs/cpu_times.hpp"

#include <unistd.h>

#include <array>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/parse_number.hpp"

namespace jpegwire {
namespace {

namespace fs = std::filesystem;

double seconds_per_tick() { return 1.0 / static_cast<double>(::sysconf(_SC_CLK_TCK)); }

/// proc(5): /proc/PID/task/TID/stat; the name in the second field may contain spaces.
double ticks_of(const fs::path& thread) {
  std::ifstream file(thread / "stat");
  std::string text;
  std::getline(file, text);
  const std::size_t after_name = text.rfind(") ");
  if (after_name == std::string::npos) return 0;
  std::istringstream fields(text.substr(after_name + 2));
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  return user + system;
}

/// Kernels with scheduler statistics report nanoseconds, others only ticks.
double seconds_in(const fs::path& thread) {
  std::ifstream file(thread / "schedstat");
  std::uint64_t nanoseconds = 0;
  if (file >> nanoseconds) return static_cast<double>(nanoseconds) / 1e9;
  return ticks_of(thread) * seconds_per_tick();
}

std::string name_of_thread(const fs::path& thread) {
  std::ifstream file(thread / "comm");
  std::string name;
  std::getline(file, name);
  return name;
}

}  // namespace

ThreadTimes thread_times(pid_t process) {
  ThreadTimes times;
  std::error_code error;
  fs::directory_iterator threads(fs::path("/proc") / std::to_string(process) / "task", error);
  for (; !error && threads != fs::directory_iterator(); threads.increment(error)) {
    const bool is_main = threads->path().filename() == std::to_string(process);
    const std::string name = is_main ? "main" : name_of_thread(threads->path());
    times[name] += seconds_in(threads->path());
  }
  return times;
}

double seconds_of(const ThreadTimes& threads, std::initializer_list<const char*> names) {
  double seconds = 0;
  for (const char* name : names)
    if (const auto found = threads.find(name); found != threads.end()) seconds += found->second;
  return seconds;
}

double process_seconds(pid_t process) {
  clockid_t clock{};
  timespec time{};
  if (::clock_getcpuclockid(process, &clock) != 0 || ::clock_gettime(clock, &time) != 0) return 0;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

double group_seconds(pid_t group) {
  double seconds = 0;
  std::error_code error;
  fs::directory_iterator processes("/proc", error);
  for (; !error && processes != fs::directory_iterator(); processes.increment(error)) {
    const auto process = parse_number<pid_t>(processes->path().filename().string());
    if (process && ::getpgid(*process) == group) seconds += process_seconds(*process);
  }
  return seconds;
}

MachineTimes machine_times() {
  enum { kUser, kNice, kSystem, kIdle, kWait, kInterrupts, kSoftInterrupts, kStolen, kFields };
  std::ifstream file("/proc/stat");
  std::string word;
  std::array<double, kFields> ticks{};
  file >> word;
  for (double& field : ticks) file >> field;
  const double tick = seconds_per_tick();
  return {.busy = tick * (ticks[kUser] + ticks[kNice] + ticks[kSystem] + ticks[kInterrupts] +
                          ticks[kSoftInterrupts]),
          .idle = tick * (ticks[kIdle] + ticks[kWait]),
          .stolen = tick * ticks[kStolen]};
}

double machine_load() {
  double load = 0;
  std::ifstream("/proc/loadavg") >> load;
  return load;
}

}  // namespace jpegwire
