#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "bench/runs/event_loop.hpp"

namespace jpegwire {

/// The body of what a server on this machine answers with 200; nothing where it does not, or not
/// within the patience.
std::optional<std::string> fetch(EventLoop& loop, const std::string& address, std::uint16_t port,
                                 const std::string& path, std::chrono::duration<double> patience);

}  // namespace jpegwire
