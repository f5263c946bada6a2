#pragma once

#include "codec/time.hpp"

namespace jpegwire::test {

/// So many milliseconds after some moment.
inline WallTime at(int ms) { return WallTime(milliseconds(1'000'000 + ms)); }

}  // namespace jpegwire::test
