#pragma once

#include <span>
#include <string>

#include "net/share/file_messages.hpp"

namespace jpegwire {

/// "512 B", "1.2 kB", "34 MB", "2.5 GB", in powers of ten.
std::string describe_file_size(std::uint64_t size_bytes);

/// A line for each file under a line of headings: name, size, and this machine's time of day, or
/// that it is still being written.
std::string make_table(std::span<const OfferedFile> files);

}  // namespace jpegwire
