#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "codec/frame.hpp"

namespace jpegwire {

/// Why a JPEG from elsewhere is refused, or `ok`.
enum class JpegVerdict {
  ok,
  not_a_jpeg,          // no SOI
  truncated,           // ends before EOI
  bad_segment,         // a length that contradicts its segment, or a marker where none may stand
  unsupported_coding,  // progressive, lossless, arithmetic, hierarchical, not 8 bits
  bad_components,      // not 1 or 3, or sampling factors out of range
  empty_picture,       // no width or no height
  too_many_pixels,
  too_many_scans,  // more than one for a component
  missing_scan,    // EOI before every component was scanned
  missing_tables,  // a component names a quantization table that was not defined
};

/// What is wrong, as the end of a sentence: "the frame …".
std::string_view describe(JpegVerdict verdict);

/// The default cap, room for 7680x4320; a bomb of 65500x65500 is refused before anything is
/// allocated.
inline constexpr std::int64_t kDefaultMaxPixels = 36'000'000;

/// The gate in front of every decoder and of everything passed on (ITU-T T.81, annex B): checks
/// every byte that is not entropy-coded, and cuts the JPEG into its header and bands, as many as
/// its restart markers give (at most kMaxBands). Views `jpeg`; bytes behind EOI, which some cameras
/// pad with, are left out. On any other verdict than ok the layout means nothing. Allocates only to
/// grow `layout.bands`, and never throws on account of the bytes.
JpegVerdict inspect_jpeg(Bytes jpeg, JpegLayout& layout,
                         std::int64_t max_pixels = kDefaultMaxPixels);

/// inspect_jpeg() on the one JPEG in frame.storage[0].
JpegVerdict admit(EncodedFrame& frame, std::int64_t max_pixels = kDefaultMaxPixels);

/// Puts the standard Huffman tables (ITU-T T.81, annex K.3) in front of the first scan of a frame
/// that admit() has passed and that has none, as cameras leave them out, and admits it again.
void add_standard_huffman_tables(EncodedFrame& frame);

/// admit(), and the standard Huffman tables where the frame has none: what a decoder needs is in
/// it.
JpegVerdict admit_with_tables(EncodedFrame& frame);

/// The standard Huffman tables as a DHT segment holds them, each with its class and identifier, its
/// 16 counts and its symbols: luma DC and AC, chroma DC and AC. They live for ever.
std::array<Bytes, 4> standard_huffman_tables();

/// How many restart markers entropy-coded bytes hold; nothing where there is any other marker but
/// EOI at their end, since a damaged or hostile band must not make a decoder believe in new
/// segments.
std::optional<int> count_restarts(Bytes band);

/// Bands per frame: few enough that a frame with its prefix goes out in one gathered write.
inline constexpr int kMaxBands = 60;

}  // namespace jpegwire
