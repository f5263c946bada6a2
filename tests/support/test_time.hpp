#pragma once

#include "codec/time.hpp"

namespace jpegwire::test {

/// The time this number of milliseconds after a fixed moment.
inline WallTime at(int ms) { return WallTime(milliseconds(1'000'000 + ms)); }

}  // namespace jpegwire::test
