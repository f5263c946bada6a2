#include <algorithm>
#include <utility>
#include <vector>

#include "codec/jpeg_decoder.hpp"
#include "codec/jpeg_layout.hpp"
#include "support/fuzzing.hpp"

// A valid JPEG can be decoded, or refused, without a crash, and a picture contains nothing of what
// its memory held before.

using namespace jpegwire;
using namespace jpegwire::test;

namespace {

constexpr std::int64_t kMaxPixels = 1'000'000;

DecodedRows decode_over(std::byte before, const JpegLayout& layout, JpegDecoder& decoder,
                        Picture& picture) {
  picture.resize(PixelFormat::bgr, layout.width, layout.height);
  std::ranges::fill(picture.pixels, before);
  return decoder.decode(layout, picture);
}

void check_bands(const JpegLayout& layout, JpegDecoder& decoder, Picture& picture) {
  std::vector<Band> bands;
  for (std::size_t i = 0; i < layout.bands.size(); ++i) bands.push_back(layout.band(i));
  decoder.decode(layout, bands, picture);
  for (std::size_t i = 0; i < bands.size(); ++i) {
    const int height = layout.band(i).height;
    require(bands[i].height >= 0 && bands[i].height <= height,
            "a band has no more rows than before");
    require(bands[i].height == height || bands[i].height % layout.mcu_height == 0,
            "rows of MCUs are decoded");
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static BandPool pool(1);
  static JpegDecoder decoder(pool);
  static Picture picture;
  static Picture other;
  const Bytes jpeg = as_input(data, size);
  EncodedFrame frame;
  frame.storage.emplace_back(jpeg.begin(), jpeg.end());
  const JpegLayout& layout = frame.layout;
  if (validate(frame, kMaxPixels) != JpegVerdict::ok) return 0;
  const DecodedRows rows = decode_over(std::byte{0x11}, layout, decoder, picture);
  require(picture.width == layout.width && picture.height == layout.height,
          "the picture has the layout's size");
  require(picture.pixels.size() == raw_size_bytes(PixelFormat::bgr, layout.width, layout.height),
          "the picture has all its pixels");
  require(decode_over(std::byte{0xEE}, layout, decoder, other) == rows, "decoding is repeatable");
  if (rows != DecodedRows::none)
    require(picture.pixels == other.pixels, "nothing of what was there before is shown");
  check_bands(layout, decoder, picture);
  return 0;
}
