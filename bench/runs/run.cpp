#include "bench/runs/run.hpp"

#include "bench/runs/commands.hpp"

namespace jpegwire {

nlohmann::json to_json(const Run& run) {
  return {{"begin", to_seconds(run.begin.time_since_epoch())},
          {"seconds", run.seconds},
          {"sender_command", to_shell(run.sender_command)},
          {"viewer_commands", run.viewer_commands},
          {"sender", run.sender},
          {"sender_begin", run.sender_begin},
          {"sender_end", run.sender_end},
          {"viewers", run.viewers},
          {"links_over_time", run.links_over_time},
          {"cpu_seconds",
           {{"sender", run.sender_cpu_seconds},
            {"sender_threads", run.sender_threads},
            {"viewers", run.viewer_cpu_seconds},
            {"viewer_threads", run.viewer_threads},
            {"link", run.link_cpu_seconds},
            {"bench", run.bench_cpu_seconds},
            {"machine_busy", run.machine.busy},
            {"machine_idle", run.machine.idle},
            {"machine_stolen", run.machine.stolen}}}};
}

}  // namespace jpegwire
