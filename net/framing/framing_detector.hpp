#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "net/framing/size_prefix.hpp"

namespace jpegwire {

/// The framing of a stream, as detected from its first bytes.
struct DetectedFraming {
  enum class Kind {
    need_more,
    size_prefix,  // `prefix`
    ambiguous,    // be32 and le32 both give a possible size; the first frame's own end decides
    parts,        // multipart, with or without an HTTP response's head in front, or bare JPEGs
    unknown,      // none of these: neither a size within the bound nor known text
  };
  Kind kind = Kind::need_more;
  SizePrefix prefix = SizePrefix::be32;
};

/// How many bytes always suffice to detect.
inline constexpr std::size_t kDetectionSizeBytes = 4;

/// A size counts as possible up to `max_frame_bytes`, which must be below kLargestMaxFrameBytes:
/// above it four letters would be a size too.
DetectedFraming detect_framing(std::span<const std::byte> first_bytes, std::size_t max_frame_bytes);

inline constexpr std::size_t kDefaultMaxFrameBytes = std::size_t{8} << 20;
inline constexpr std::size_t kLargestMaxFrameBytes = std::size_t{128} << 20;

}  // namespace jpegwire
