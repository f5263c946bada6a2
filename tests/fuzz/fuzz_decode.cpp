#include "codec/jpeg_decoder.hpp"
#include "codec/jpeg_layout.hpp"
#include "support/fuzzing.hpp"

// A valid JPEG can be decoded, or refused, without a crash.

using namespace jpegwire;
using namespace jpegwire::test;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static BandPool pool(1);
  static JpegDecoder decoder(pool);
  static Picture picture;
  JpegLayout layout;
  if (validate_jpeg(as_input(data, size), layout, 1'000'000) != JpegVerdict::ok) return 0;
  decoder.decode(layout, picture);
  require(picture.width == layout.width && picture.height == layout.height,
          "the picture has the layout's size");
  require(picture.pixels.size() == raw_size_bytes(PixelFormat::bgr, layout.width, layout.height),
          "the picture has all its pixels");
  return 0;
}
