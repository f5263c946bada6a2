#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "codec/frame.hpp"

namespace jpegwire {

/// Why an untrusted JPEG is refused, or `ok`.
enum class JpegVerdict {
  ok,
  not_a_jpeg,   // no SOI
  truncated,    // ends before EOI; after a repair: before the scan
  bad_segment,  // a length or a field that contradicts its segment, or a misplaced marker
  progressive,
  lossless,
  hierarchical,
  arithmetic_coding,
  not_8_bits,      // per sample
  bad_components,  // not 1 or 3, or sampling factors out of range
  empty_picture,   // no width or no height
  too_many_pixels,
  too_many_scans,  // more than one for a component
  missing_scan,    // EOI before every component was scanned
  missing_tables,  // a component names a quantization table that was not defined
  // Not from validation:
  undecodable,           // the decoder fails
  damaged,               // rows are missing, and only whole frames are wanted
  contradictory_packets  // RTP packets that overlap or differ in format
};

inline constexpr std::size_t kVerdicts =
    static_cast<std::size_t>(JpegVerdict::contradictory_packets) + 1;

/// What the frame is, in words that follow a colon: "progressive JPEG".
std::string_view describe(JpegVerdict verdict);

/// The name of the enumerator, for statistics.
std::string_view name_of(JpegVerdict verdict);

/// The default limit, enough for 7680x4320. A frame that claims 65500x65500 is refused before
/// anything is allocated for it.
inline constexpr std::int64_t kDefaultMaxPixels = 36'000'000;

/// Validates a JPEG before it is decoded or passed on (ITU-T T.81, annex B): checks every byte that
/// is not entropy-coded, and cuts the JPEG into its header and bands, as many as its restart
/// markers give (at most kMaxBands). The layout views `jpeg`; bytes after EOI, which some cameras
/// add as padding, are left out. The layout is only valid if the verdict is ok. Allocates only to
/// grow `layout.bands`, and invalid bytes never make it throw.
JpegVerdict validate_jpeg(Bytes jpeg, JpegLayout& layout,
                          std::int64_t max_pixels = kDefaultMaxPixels);

/// validate_jpeg() on the one JPEG in frame.storage[0]. If it is not valid as it stands, but
/// decoders show it, a repaired copy is made (codec/jpeg_repair.hpp): it becomes frame.storage[1],
/// which the layout then views, so that everything behind the validation has a valid JPEG.
JpegVerdict validate(EncodedFrame& frame, std::int64_t max_pixels = kDefaultMaxPixels);

/// Puts the standard Huffman tables (ITU-T T.81, annex K.3) in front of the first scan of a frame
/// that is valid and has none, as cameras leave them out, and validates it again.
void add_standard_huffman_tables(EncodedFrame& frame);

/// validate(), then add_standard_huffman_tables() if the frame has none, so that a decoder can
/// decode it.
JpegVerdict validate_with_tables(EncodedFrame& frame);

/// The standard Huffman tables as a DHT segment holds them, each with its class and identifier, its
/// 16 counts and its symbols: luma DC and AC, chroma DC and AC. They have static storage.
std::array<Bytes, 4> standard_huffman_tables();

/// The number of restart markers in entropy-coded bytes; nothing if there is any other marker,
/// except EOI at the end: a damaged or hostile band must not pass new segments to a decoder.
std::optional<int> count_restarts(Bytes band);

/// Bands per frame: few enough to send a frame with what stands around its bands in one gathered
/// write, which asio limits to 64 buffers.
inline constexpr int kMaxBands = 59;

}  // namespace jpegwire
