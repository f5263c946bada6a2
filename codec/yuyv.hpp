#pragma once

#include "codec/frame.hpp"

namespace jpegwire {

/// Takes a band of a YUYV picture apart: fills `band`, an I420 picture of the same width, with the
/// rows from `top` (even) on. Chroma of two rows is averaged, as 4:2:0 has half of 4:2:2's.
void yuyv_to_i420(const Picture& picture, int top, Picture& band);

}  // namespace jpegwire
