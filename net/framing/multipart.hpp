#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace jpegwire {

/// What stands in front of a part's body in a multipart/x-mixed-replace stream (RFC 2046, section
/// 5.1), as HTTP cameras, ffmpeg's mpjpeg and GStreamer's multipartmux send it.
struct MultipartHead {
  enum class Kind {
    need_more,
    part,           // a boundary line and the part's header fields; its body follows
    junk,           // bytes that belong to no part
    http_response,  // an HTTP status line and its fields; parts follow
    end,            // `boundary` and two dashes: the closing boundary
    bad,            // an HTTP response that is malformed
  };
  Kind kind = Kind::need_more;
  std::size_t size_bytes = 0;                     // of the head, with the empty line that ends it
  std::string_view boundary{};                    // with its leading dashes; within the bytes read
  std::optional<std::uint64_t> content_length{};  // of the part's body; nothing if it has none, or
                                                  // one that is no number
  int http_status = 0;
};

inline constexpr std::size_t kMaxHeadSizeBytes = 8192;

/// Reads the head at the front of `bytes`; `boundary` is that of the parts before it. As long as
/// that is empty, a part may also begin with its header fields, or with its JPEG: then `boundary`
/// of the result is empty. Never throws on invalid bytes, and does not allocate for a part.
MultipartHead read_multipart_head(std::span<const std::byte> bytes, std::string_view boundary);

/// The value of the first field with this name in the head of a part, without white space around
/// it; nothing if there is none. Valid as long as `head` is.
std::optional<std::string_view> find_part_field(std::string_view head, std::string_view name);

}  // namespace jpegwire
