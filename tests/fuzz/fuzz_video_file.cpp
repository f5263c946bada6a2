#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include "app/descriptor.hpp"
#include "app/new_file.hpp"
#include "codec/jpeg_layout.hpp"
#include "recording/video_file_reader.hpp"
#include "support/fuzzing.hpp"

// A video file that a sender plays: Matroska, QuickTime or AVI, damaged in any way.

using namespace jpegwire;
using namespace jpegwire::test;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr int kMaxFrames = 1000;
  constexpr std::chrono::hours kLatest(366 * 24);
  const Descriptor file(::memfd_create("video", MFD_CLOEXEC));
  require(file.is_open() && write_all(file, as_input(data, size)), "the file is written");
  auto reader = VideoFileReader::open(fmt::format("/proc/self/fd/{}", file.number()));
  if (!reader) return 0;
  static_cast<void>(reader->width() + reader->height());
  for (int i = 0; i < kMaxFrames; ++i) {
    const auto frame = reader->next();
    if (!frame) break;
    require(!frame->jpeg.empty(), "a frame has bytes");
    require(std::chrono::abs(frame->time) <= kLatest, "a time is within every clock's range");
    EncodedFrame jpeg;
    jpeg.storage.emplace_back(frame->jpeg.begin(), frame->jpeg.end());
    static_cast<void>(validate(jpeg));
  }
  return 0;
}
