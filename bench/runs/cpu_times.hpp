#pragma once

#include <sys/types.h>

#include <initializer_list>
#include <map>
#include <string>

namespace jpegwire {

/// CPU seconds by thread name; the times of threads with the same name are summed.
using ThreadTimes = std::map<std::string, double>;

/// The sum of the CPU seconds of the threads with these names.
double seconds_of(const ThreadTimes& threads, std::initializer_list<const char*> names);

/// CPU seconds of the process's current threads; empty if the process has ended.
ThreadTimes thread_times(pid_t process);

/// CPU seconds of all threads, including ended ones; 0 if the process has ended.
double process_seconds(pid_t process);

/// The sum over all processes of a process group, because a program may be a script that starts
/// another program.
double group_seconds(pid_t group);

/// CPU seconds of all cores since the machine started.
struct MachineTimes {
  double busy = 0;
  double idle = 0;
  double stolen = 0;  // by other virtual machines on the same host
};

MachineTimes machine_times();

/// The load average of the last minute: the number of runnable tasks.
double machine_load();

}  // namespace jpegwire
