#include "net/framing/framing_detector.hpp"

#include <algorithm>
#include <string_view>

namespace jpegwire {
namespace {

using DetectedKind = DetectedFraming::Kind;

bool begins_parts(std::string_view text) {
  return text.starts_with("--") || text == "HTTP" || text == "ICY " || text == "\r\n--" ||
         text.starts_with("\xFF\xD8\xFF");
}

// A signed number counts as a broken ascii16, not as unknown, so that the error message can say so.
bool begins_ascii_number(std::string_view text) { return text.find_first_of("+-0123456789") == 0; }

DetectedFraming detect_text(std::string_view text) {
  if (begins_parts(text)) return {DetectedKind::parts};
  if (begins_ascii_number(text)) return {DetectedKind::size_prefix, SizePrefix::ascii16};
  return {DetectedKind::unknown};
}

}  // namespace

DetectedFraming detect_framing(std::span<const std::byte> first_bytes,
                               std::size_t max_frame_bytes) {
  if (first_bytes.size() < kDetectionSizeBytes) return {DetectedKind::need_more};
  const auto big = *read_size(SizePrefix::be32, first_bytes);
  const auto little = *read_size(SizePrefix::le32, first_bytes);
  const bool big_is_possible = big <= max_frame_bytes;
  const bool little_is_possible = little <= max_frame_bytes;
  if (big_is_possible && little_is_possible)
    return {big == little ? DetectedKind::size_prefix : DetectedKind::ambiguous, SizePrefix::be32};
  if (big_is_possible) return {DetectedKind::size_prefix, SizePrefix::be32};
  if (little_is_possible) return {DetectedKind::size_prefix, SizePrefix::le32};
  return detect_text({reinterpret_cast<const char*>(first_bytes.data()), kDetectionSizeBytes});
}

}  // namespace jpegwire
