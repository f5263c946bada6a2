#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "codec/bytes.hpp"

namespace jpegwire {

struct RepairedJpeg {
  std::vector<std::byte> bytes;
  bool was_cut_off = false;  // the bytes ended, or another marker followed, before EOI
};

/// Writes a JPEG again without the oddities that libjpeg, ffmpeg and browsers overlook, so that
/// strict readers can read it too: bytes in front of SOI and between segments, a second SOI,
/// markers and segments that mean nothing there, fields that baseline coding does not need, restart
/// markers that are missing or wrongly numbered, and a missing EOI. It does not decide whether the
/// result is valid: validate_jpeg() does. Nothing if there is no SOI with a scan behind it. The
/// result is at most three times as long, and two bytes.
std::optional<RepairedJpeg> repair_jpeg(Bytes jpeg);

}  // namespace jpegwire
