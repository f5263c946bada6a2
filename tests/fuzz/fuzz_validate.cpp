#include <algorithm>

#include "codec/jpeg_layout.hpp"
#include "support/fuzzing.hpp"

// A valid JPEG is cut without a gap, and its numbers agree with its bytes. A repaired one is valid
// for strict readers too.

using namespace jpegwire;
using namespace jpegwire::test;

namespace {

constexpr std::int64_t kMaxPixels = 4'000'000;

int number_at(Bytes bytes, std::size_t at) {
  return std::to_integer<int>(bytes[at]) * 256 + std::to_integer<int>(bytes[at + 1]);
}

void check_bands(const JpegLayout& layout) {
  const auto bands = static_cast<int>(layout.bands.size());
  require(bands >= 1 && bands <= kMaxBands, "there are 1 to kMaxBands bands");
  require(layout.band_height > 0 && layout.band_height % layout.mcu_height == 0,
          "bands are whole rows of MCUs");
  require(std::int64_t{bands} * layout.band_height >= layout.height, "bands cover the picture");
  require((bands - 1) * layout.band_height < layout.height, "no band is empty");
  const std::byte* end = layout.header.data() + layout.header.size();
  for (const Bytes band : layout.bands) {
    require(band.data() == end, "no gap is in front of a band");
    require(band.size() >= 2 && band[band.size() - 2] == std::byte{0xFF}, "a marker ends a band");
    end = band.data() + band.size();
  }
  require(layout.bands.back().back() == std::byte{0xD9}, "EOI ends the last band");
}

void check_layout(Bytes jpeg, const JpegLayout& layout) {
  require(layout.header.data() == jpeg.data() + 2, "the header begins after SOI");
  require(layout.size_bytes() <= jpeg.size(), "the JPEG is within its bytes");
  require(layout.scan_offset < layout.header.size(), "the scan is in the header");
  require(layout.header[layout.scan_offset] == std::byte{0xFF}, "a marker begins the scan");
  require(number_at(layout.header, layout.height_offset) == layout.height, "the height is there");
  require(number_at(layout.header, layout.height_offset + 2) == layout.width, "the width is there");
  require(layout.width > 0 && layout.height > 0, "the picture is not empty");
  require(std::int64_t{layout.width} * layout.height <= kMaxPixels, "the picture is not too large");
  require(layout.components == 1 || layout.components == 3, "it is grey or of three components");
  check_bands(layout);
}

void check_huffman_tables(Bytes jpeg, const JpegLayout& layout) {
  if (layout.has_huffman_tables) return;
  EncodedFrame frame;
  frame.storage.emplace_back(jpeg.begin(), jpeg.end());
  require(validate(frame, kMaxPixels) == JpegVerdict::ok, "it is valid again");
  add_standard_huffman_tables(frame);
  require(frame.layout.has_huffman_tables, "the tables are added");
  require(frame.layout.bands.size() == layout.bands.size(), "tables change no band");
  check_layout(frame.storage[0], frame.layout);
}

void check_repair(Bytes jpeg) {
  EncodedFrame frame;
  frame.storage.emplace_back(jpeg.begin(), jpeg.end());
  if (validate(frame, kMaxPixels) != JpegVerdict::ok) return;
  require(std::ranges::equal(frame.storage.front(), jpeg), "the bytes that came do not change");
  const Bytes valid = frame.storage.back();
  require(valid.size() <= 3 * jpeg.size() + 2, "a repair adds little");
  check_layout(valid, frame.layout);
  JpegLayout again;
  require(validate_jpeg(valid, again, kMaxPixels) == JpegVerdict::ok, "what is passed on is valid");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes jpeg = as_input(data, size);
  JpegLayout layout;
  check_repair(jpeg);
  if (validate_jpeg(jpeg, layout, kMaxPixels) != JpegVerdict::ok) return 0;
  check_layout(jpeg, layout);
  check_huffman_tables(jpeg, layout);
  return 0;
}
