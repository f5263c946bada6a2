#pragma once

namespace jpegwire {

/// The columns of the terminal that the descriptor writes to; 80 if they are unknown.
int terminal_width(int descriptor);

}  // namespace jpegwire
