#pragma once

#include "codec/frame.hpp"

namespace jpegwire {

/// Takes a band of a yuyv or uyvy picture apart: fills `band`, an i420 picture of the same width,
/// with the rows from `top` (even) on. Chroma of two rows is averaged, as 4:2:0 has half of
/// 4:2:2's.
void take_apart(const RawView& picture, int top, Picture& band);

/// Takes the chroma of a band of an nv12 picture apart: the rows from `top` (even) on, for `height`
/// rows of luma. `u` and `v` have room for half_up(width) * half_up(height) bytes.
void take_chroma_apart(const RawView& picture, int top, int height, std::byte* u, std::byte* v);

}  // namespace jpegwire
