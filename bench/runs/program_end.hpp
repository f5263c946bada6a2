#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "app/child_process.hpp"
#include "bench/runs/event_loop.hpp"

namespace jpegwire {

/// Timeout for operations that a program normally does at once. A successful run never waits that
/// long.
inline constexpr std::chrono::seconds kProgramTimeout{10};

/// The last line that a program wrote, for the message about its failure.
std::string last_error_line(const ChildProcess& child);

/// "jpegwire-viewer": the program's name without its directory.
std::string short_name(const ChildProcess& child);

/// Describes the unexpected end of a program.
std::string describe_end(const ChildProcess& child);

/// The JSON object in the last line of the text; a discarded value if there is none.
nlohmann::json last_object(const std::string& text);

/// Waits until an interrupted program has ended, and reads its summary. Throws RunFailure.
nlohmann::json summary_at_end(EventLoop& loop, const ChildProcess& child);

}  // namespace jpegwire
