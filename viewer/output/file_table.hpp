#pragma once

#include <span>
#include <string>

#include "net/http/file_list.hpp"

namespace jpegwire {

/// A line for each file under a line of headings: name, size, and this machine's time of day, or
/// that it is still being written.
std::string make_table(std::span<const OfferedFile> files);

}  // namespace jpegwire
