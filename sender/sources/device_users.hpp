#pragma once

#include <optional>
#include <string>

namespace jpegwire {

/// Another program that has the file open, such as "ffmpeg (process 1234)"; nothing if there is
/// none, or if it belongs to another user.
std::optional<std::string> program_using(const std::string& path);

}  // namespace jpegwire
