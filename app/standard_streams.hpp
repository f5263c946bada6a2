#pragma once

namespace jpegwire {

/// Opens /dev/null as standard input, output and error where they are closed: else the next file or
/// socket takes their place, and what is meant for people is written into it. To be called before
/// anything is opened. Throws std::runtime_error where that cannot be done.
void open_closed_standard_streams();

}  // namespace jpegwire
