#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "bench/runs/matrix.hpp"

namespace jpegwire {

/// What was measured on.
struct Machine {
  std::string host;
  std::string processor;
  std::string kernel;
  int cores = 1;
  double memory_gb = 0;
};

Machine this_machine();

/// One line.
std::string describe(const Machine& machine);

nlohmann::json to_json(const Machine& machine);

/// What is left of it for programs.
struct MachineRoom {
  std::uint64_t descriptors = 0;  // that one process may open
  std::uint64_t tasks = 0;        // processes and threads
  std::uint64_t memory_bytes = 0;
};

MachineRoom room_of_this_machine();

/// A sentence where a sender does not serve that many viewers, or there is no room for them here;
/// without a room they are elsewhere, on a machine of which nothing is known.
std::optional<std::string> refusal_of(const Case& one, const std::optional<MachineRoom>& room);

}  // namespace jpegwire
