#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "bench/runs/matrix.hpp"

namespace jpegwire {

/// The machine on which the bench ran.
struct Machine {
  std::string host;
  std::string processor;
  std::string kernel;
  int cores = 1;
  double memory_gb = 0;
  std::string congestion_control{};  // the system's default for TCP; empty: unknown
};

/// The TCP congestion controls that the kernel has.
std::vector<std::string> available_congestion_controls();

Machine this_machine();

/// Describes the machine in one line.
std::string describe(const Machine& machine);

nlohmann::json to_json(const Machine& machine);

/// The resources that are left for programs.
struct MachineRoom {
  std::uint64_t descriptors = 0;  // that one process may open
  std::uint64_t tasks = 0;        // processes and threads
  std::uint64_t memory_bytes = 0;
};

MachineRoom room_of_this_machine();

/// An error message if a sender cannot serve the case's number of viewers, or if this machine has
/// no room for them. Without `room` the viewers run on another machine, whose resources are
/// unknown.
std::optional<std::string> refusal_of(const Case& one, const std::optional<MachineRoom>& room);

}  // namespace jpegwire
