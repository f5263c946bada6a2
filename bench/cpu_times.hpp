#pragma once

#include <sys/types.h>

#include <initializer_list>
#include <map>
#include <string>

namespace jpegwire {

/// Seconds of CPU by the names of a process's threads; those of the same name, summed.
using ThreadTimes = std::map<std::string, double>;

/// The sum of the CPU seconds of the threads with these names.
double seconds_of(const ThreadTimes& threads, std::initializer_list<const char*> names);

/// So far, of the threads that there are; empty where the process has gone.
ThreadTimes thread_times(pid_t process);

/// So far, of all threads that there ever were; 0 where the process has gone.
double process_seconds(pid_t process);

/// The same of all processes of a process group: a program may be a script that starts another.
double group_seconds(pid_t group);

/// Seconds of all CPUs since the machine began.
struct MachineTimes {
  double busy = 0;
  double idle = 0;
  double stolen = 0;  // by other machines on the same hardware
};

MachineTimes machine_times();

/// How many programs wanted to run, on the average of the last minute.
double machine_load();

}  // namespace jpegwire
