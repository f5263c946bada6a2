#pragma once

#include <cstdio>

namespace jpegwire {

/// The columns of the terminal that the stream writes to; 80 if they are unknown.
int terminal_width(std::FILE* stream);

}  // namespace jpegwire
