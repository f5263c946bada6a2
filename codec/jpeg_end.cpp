#include "codec/jpeg_end.hpp"

#include <cstdint>
#include <cstring>

#include "codec/jpeg_markers.hpp"

namespace jpegwire {

std::optional<JpegEnd::Found> JpegEnd::find(Bytes jpeg) {
  while (position_ < jpeg.size()) {
    const auto* prefix = static_cast<const std::byte*>(
        std::memchr(jpeg.data() + position_, 0xFF, jpeg.size() - position_));
    position_ = prefix == nullptr ? jpeg.size() : static_cast<std::size_t>(prefix - jpeg.data());
    if (jpeg.size() - position_ < 2) return std::nullopt;
    const std::byte code = jpeg[position_ + 1];
    if (code == marker::kEndOfImage) return Found{position_ + 2, true};
    if (code == marker::kStartOfImage && has_scan_) return Found{position_, false};
    if (code == marker::kPrefix) {
      ++position_;  // a fill byte (B.1.1.2)
    } else if (marker::stands_alone(code)) {
      position_ += 2;
    } else {
      if (jpeg.size() - position_ < 4) return std::nullopt;
      has_scan_ = has_scan_ || code == marker::kStartOfScan;
      position_ += 2 + get_big_endian<std::uint16_t>(jpeg.subspan(position_ + 2));
    }
  }
  return std::nullopt;
}

}  // namespace jpegwire
