#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "codec/frame.hpp"

struct AVFormatContext;
struct AVPacket;

namespace jpegwire {

/// A JPEG of a video file, and its presentation time since the file's beginning.
struct VideoFrame {
  Bytes jpeg;  // until the next one is read
  microseconds time{};
};

/// Reads the JPEGs of a Matroska, QuickTime or AVI file unchanged. Ignores the file's metadata
/// about the JPEGs: the caller validates them. Bound to one thread.
class VideoFileReader {
 public:
  /// Nothing if the file has another format, or its video is not Motion JPEG or is rotated.
  static std::optional<VideoFileReader> open(const std::filesystem::path& file);

  /// Nothing at the end of the file, or if the rest of it is damaged.
  std::optional<VideoFrame> next();

  // As the file says.
  int width() const;
  int height() const;

 private:
  struct Close {
    void operator()(AVFormatContext* context) const;
  };
  struct Free {
    void operator()(AVPacket* packet) const;
  };
  using Context = std::unique_ptr<AVFormatContext, Close>;

  VideoFileReader(Context context, int stream);
  microseconds time_of_packet() const;

  Context context_;
  int stream_ = 0;
  std::unique_ptr<AVPacket, Free> packet_;
};

}  // namespace jpegwire
