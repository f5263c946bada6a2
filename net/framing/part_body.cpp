#include "net/framing/part_body.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "codec/jpeg_markers.hpp"

namespace jpegwire {
namespace {

// Enough to see whether a part ends there.
constexpr std::size_t kLookAheadBytes = 2;

bool begins_jpeg(Bytes bytes) {
  return bytes[0] == marker::kPrefix && bytes[1] == marker::kStartOfImage;
}

bool may_follow_part(std::string_view text) {
  return text == "\r\n" || text == "\n-" || text == "--";
}

}  // namespace

std::optional<std::size_t> PartBody::find_end(Bytes received) {
  if (received.size() < kLookAheadBytes) return std::nullopt;
  const bool is_jpeg = begins_jpeg(received);
  std::optional<JpegEnd::Found> jpeg;
  if (is_jpeg) jpeg = jpeg_end_.find(received);
  if (jpeg && jpeg->has_eoi && length_ && jpeg->size_bytes - kLookAheadBytes <= *length_)
    return jpeg->size_bytes;
  if (length_ && received.size() - kLookAheadBytes >= *length_) {
    const std::size_t length = *std::exchange(length_, std::nullopt);
    if (const auto end = find_boundary(received.first(length + kLookAheadBytes))) return end;
    if (may_follow_part(as_text(received.subspan(length, kLookAheadBytes)))) return length;
  }
  // A damaged segment may claim the boundary and the next part as its own.
  if (jpeg) return find_boundary(received.first(jpeg->size_bytes)).value_or(jpeg->size_bytes);
  return is_jpeg && length_ ? std::nullopt : find_boundary(received);
}

// The line break in front of a boundary belongs to it (RFC 2046, section 5.1.1).
std::optional<std::size_t> PartBody::find_boundary(Bytes received) {
  if (boundary_.empty()) return std::nullopt;
  const std::string_view text = as_text(received);
  std::size_t at = text.find(boundary_, searched_);
  while (at != std::string_view::npos && at != 0 && text[at - 1] != '\n')
    at = text.find(boundary_, at + 1);
  if (at == std::string_view::npos) {
    searched_ = std::max(searched_, text.size() - std::min(text.size(), boundary_.size() - 1));
    return std::nullopt;
  }
  if (at == 0) return 0;
  return at >= 2 && text[at - 2] == '\r' ? at - 2 : at - 1;
}

}  // namespace jpegwire
