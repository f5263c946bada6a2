#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "bench/runs/event_loop.hpp"

namespace jpegwire {

/// The body of the response to a GET; nothing if its status is not 200, or if it is not complete
/// within the timeout.
std::optional<std::string> fetch(EventLoop& loop, const std::string& address, std::uint16_t port,
                                 const std::string& path, std::chrono::duration<double> timeout);

}  // namespace jpegwire
