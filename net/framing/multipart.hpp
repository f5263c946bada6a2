#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace jpegwire {

/// One head in a multipart/x-mixed-replace stream (RFC 2046, section 5.1), as HTTP cameras,
/// ffmpeg's mpjpeg and GStreamer's multipartmux send it.
struct MultipartHead {
  enum class Kind {
    need_more,
    part,           // a boundary line and the part's header fields; its body follows
    http_response,  // an HTTP status line and its fields; parts follow
    end,            // `boundary` and two dashes: the closing boundary
    bad,            // something else, or larger than kMaxHeadSizeBytes
  };
  Kind kind = Kind::need_more;
  std::size_t size_bytes = 0;                     // of the head, with the empty line that ends it
  std::string boundary{};                         // with its leading dashes
  std::optional<std::uint64_t> content_length{};  // of the part's body, where the part says it
  int http_status = 0;
};

inline constexpr std::size_t kMaxHeadSizeBytes = 8192;

/// Reads the head at the front of `bytes`; `boundary` is that of the parts before it, empty in
/// front of the first. Never throws on account of the bytes.
MultipartHead read_multipart_head(std::span<const std::byte> bytes, std::string_view boundary);

/// Where the body that begins `bytes` ends, and the line that ends it begins: at the line break in
/// front of `boundary`. Nothing where the boundary is not in `bytes`.
std::optional<std::size_t> find_body_end(std::span<const std::byte> bytes,
                                         const std::string& boundary);

}  // namespace jpegwire
