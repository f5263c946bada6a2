#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "app/child_process.hpp"
#include "bench/runs/event_loop.hpp"

namespace jpegwire {

/// How long a program may take for what it does at once. Nothing waits so long in a run that goes
/// well.
inline constexpr std::chrono::seconds kProgramTimeout{10};

/// The last line that a program wrote, so that a failure can be told with it.
std::string last_words(const ChildProcess& child);

/// "jpegwire-viewer": the program's name without its directory.
std::string short_name(const ChildProcess& child);

/// How a program ended that should not have.
std::string describe_end(const ChildProcess& child);

/// The JSON object in the last line of the text; a discarded one where there is none.
nlohmann::json last_object(const std::string& text);

/// Waits until a program has ended that was interrupted, and reads its summary. Throws RunFailure.
nlohmann::json summary_at_end(EventLoop& loop, const ChildProcess& child);

}  // namespace jpegwire
