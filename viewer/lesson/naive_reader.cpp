#include "viewer/lesson/naive_reader.hpp"

#include <algorithm>

namespace jpegwire {

bool NaiveReader::gets_whole(const FrameArrival& arrival) {
  return arrival.prefix + arrival.size_of_one_read() >= arrival.bands.back().end;
}

void NaiveReader::decode(const ReceivedFrame& frame, const FrameArrival& arrival,
                         JpegDecoder& decoder, Picture& picture) {
  const JpegLayout& layout = frame.jpeg.layout;
  const std::byte* const end = frame.valid_bytes().data() + arrival.size_of_one_read();
  bands_.clear();
  for (std::size_t i = 0; i < layout.bands.size(); ++i) {
    const Band band = layout.band(i);
    if (band.bytes.data() >= end) break;
    add_band(band, static_cast<std::size_t>(end - band.bytes.data()));
  }
  picture.resize(PixelFormat::bgr, layout.width, layout.height);
  std::ranges::fill(picture.pixels, kGrey);
  static_cast<void>(
      decoder.decode(layout, bands_, picture));  // the incomplete band counts as damaged
}

// libjpeg fills the missing part with grey if the bytes end with EOI.
void NaiveReader::add_band(const Band& band, std::size_t bytes) {
  if (bytes >= band.bytes.size()) return bands_.push_back(band);
  torn_.assign(band.bytes.begin(), band.bytes.begin() + static_cast<std::ptrdiff_t>(bytes));
  torn_.push_back(std::byte{0xFF});
  torn_.push_back(std::byte{0xD9});
  bands_.push_back({band.top, band.height, torn_});
}

}  // namespace jpegwire
