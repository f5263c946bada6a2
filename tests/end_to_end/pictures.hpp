#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/stream/frame_stamp.hpp"

namespace jpegwire {

/// TurboJPEG takes its bytes as unsigned char.
inline const unsigned char* unsigned_data(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

/// A uniform grey baseline JPEG, 4:2:0 with Huffman tables.
std::string make_jpeg(int width, int height, int grey = 128);

/// The same picture with 200 scans instead of one, or with another size in its header.
std::string with_many_scans(const std::string& jpeg);
std::string with_claimed_size(std::string jpeg, std::uint16_t width, std::uint16_t height);

/// A JPEG without its last 20 bytes.
std::string truncated_jpeg();

/// A JPEG that only the decoder refuses: its scan names a Huffman table that does not exist.
std::string undecodable_jpeg();

/// The JPEG without the stamp that a sender adds; FAILs if it has none.
std::string without_stamp(std::string_view jpeg);
std::optional<FrameStamp> stamp_of(std::string_view jpeg);

/// The JPEG with this stamp, as a sender sends it.
std::string with_stamp(std::string_view jpeg, const FrameStamp& stamp);

/// The bytes from the start of the first scan to the end.
std::string entropy_of(std::string_view jpeg);

struct DecodedJpeg {
  int width = 0;
  int height = 0;
  std::vector<unsigned char> luma;
};

/// Empty if the decoder reports a warning or an error.
std::optional<DecodedJpeg> decode(std::string_view jpeg);

std::string read_file(const std::string& path);
void write_file(const std::string& path, std::string_view bytes);

/// The names of the files in a directory, sorted.
std::vector<std::string> files_in(const std::string& directory);

}  // namespace jpegwire
