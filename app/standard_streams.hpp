#pragma once

#include <cstdio>

namespace jpegwire {

/// Opens /dev/null as standard input, output and error where they are closed: else the next file or
/// socket takes their place, and what is meant for people is written into it. To be called before
/// anything is opened. Throws std::runtime_error where that cannot be done.
void open_closed_standard_streams();

/// The columns of the terminal that the stream writes to; 80 if they are unknown.
int terminal_width(std::FILE* stream);

}  // namespace jpegwire
