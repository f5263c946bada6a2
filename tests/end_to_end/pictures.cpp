#include "end_to_end/pictures.hpp"

#include <turbojpeg.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <span>
#include <sstream>

namespace jpegwire {
namespace {

using Handle = std::unique_ptr<void, decltype(&tjDestroy)>;

std::span<const std::byte> as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::size_t find_marker(std::string_view jpeg, char code) {
  const std::size_t at = jpeg.find(std::string{'\xff', code});
  REQUIRE(at != std::string_view::npos);
  return at;
}

}  // namespace

std::string make_jpeg(int width, int height, int grey) {
  const Handle handle(tjInitCompress(), &tjDestroy);
  const auto pixels = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  const std::vector<unsigned char> rgb(pixels * 3, static_cast<unsigned char>(grey));
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  REQUIRE(tjCompress2(handle.get(), rgb.data(), width, 0, height, TJPF_RGB, &bytes, &size,
                      TJSAMP_420, 80, 0) == 0);
  std::string jpeg(reinterpret_cast<const char*>(bytes), size);
  tjFree(bytes);
  return jpeg;
}

std::string with_many_scans(const std::string& jpeg) {
  const std::size_t scan = find_marker(jpeg, '\xda');
  const std::string one_scan = jpeg.substr(scan, jpeg.size() - 2 - scan);
  std::string many = jpeg.substr(0, scan);
  for (int i = 0; i < 200; ++i) many += one_scan;
  return many + "\xff\xd9";
}

std::string with_claimed_size(std::string jpeg, std::uint16_t width, std::uint16_t height) {
  const std::size_t size = find_marker(jpeg, '\xc0') + 5;
  jpeg[size] = static_cast<char>(height >> 8);
  jpeg[size + 1] = static_cast<char>(height & 0xff);
  jpeg[size + 2] = static_cast<char>(width >> 8);
  jpeg[size + 3] = static_cast<char>(width & 0xff);
  return jpeg;
}

std::optional<FrameStamp> stamp_of(std::string_view jpeg) {
  return jpeg.size() < 2 ? std::nullopt : find_stamp(as_bytes(jpeg.substr(2)));
}

std::string truncated_jpeg() {
  const std::string jpeg = make_jpeg(320, 240);
  return jpeg.substr(0, jpeg.size() - 20);
}

std::string undecodable_jpeg() {
  std::string jpeg = make_jpeg(320, 240);
  jpeg.at(jpeg.find("\xff\xda") + 6) = '\x33';
  return jpeg;
}

std::string without_stamp(std::string_view jpeg) {
  REQUIRE(stamp_of(jpeg));
  const HeaderAroundStamp header = cut_at_stamp(as_bytes(jpeg.substr(2)));
  return std::string(jpeg.substr(0, 2)).append(as_text(header.front)).append(as_text(header.rest));
}

std::string with_stamp(std::string_view jpeg, const FrameStamp& stamp) {
  std::array<std::byte, kStampSizeBytes> segment{};
  write_stamp(stamp, segment);
  const HeaderAroundStamp header = cut_at_stamp(as_bytes(jpeg.substr(2)));
  return std::string(jpeg.substr(0, 2))
      .append(as_text(header.front))
      .append(as_text(segment))
      .append(as_text(header.rest));
}

std::string entropy_of(std::string_view jpeg) {
  return std::string(jpeg.substr(find_marker(jpeg, '\xda')));
}

std::optional<DecodedJpeg> decode(std::string_view jpeg) {
  const Handle handle(tjInitDecompress(), &tjDestroy);
  DecodedJpeg picture;
  int subsampling = 0, colours = 0;
  const auto size = static_cast<unsigned long>(jpeg.size());
  if (tjDecompressHeader3(handle.get(), unsigned_data(jpeg), size, &picture.width, &picture.height,
                          &subsampling, &colours) != 0)
    return std::nullopt;
  picture.luma.resize(static_cast<std::size_t>(picture.width) *
                      static_cast<std::size_t>(picture.height));
  if (tjDecompress2(handle.get(), unsigned_data(jpeg), size, picture.luma.data(), picture.width, 0,
                    picture.height, TJPF_GRAY, TJFLAG_STOPONWARNING) != 0)
    return std::nullopt;
  return picture;
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  REQUIRE(in);
  std::ostringstream bytes;
  bytes << in.rdbuf();  // byte by byte would take minutes with ThreadSanitizer
  return bytes.str();
}

void write_file(const std::string& path, std::string_view bytes) {
  std::ofstream out(path, std::ios::binary);
  out << bytes;
  out.close();
  REQUIRE(out);
}

std::vector<std::string> files_in(const std::string& directory) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory))
    names.push_back(entry.path().filename());
  std::ranges::sort(names);
  return names;
}

}  // namespace jpegwire
