#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "app/descriptor.hpp"
#include "codec/frame.hpp"

struct AVFormatContext;
struct AVPacket;

namespace jpegwire {

/// A video file of unchanged JPEGs with their capture times: Matroska, QuickTime or AVI, according
/// to the name's extension. Flushed frames survive a crash of the program: Matroska and QuickTime
/// are written in complete clusters and fragments; AVI has its index only at the end, and without
/// it players read the frames sequentially. Times have a resolution of 1 ms in Matroska, 1/90000 s
/// in QuickTime and 1/600 s in AVI, and no two frames have the same time: a frame too close to the
/// previous one gets the next tick, if that is at most kMaxLate away from its own time. Bound to
/// one thread. On failure throws std::runtime_error with a one-sentence message; then the file ends
/// at the last flush, and no more functions may be called.
class VideoFileWriter {
 public:
  /// Creates the file, which must not exist yet. `begin` is the first frame's capture time.
  VideoFileWriter(std::filesystem::path file, int width, int height, WallTime begin);

  /// Keeps the flushed frames.
  ~VideoFileWriter();

  VideoFileWriter(const VideoFileWriter&) = delete;
  VideoFileWriter& operator=(const VideoFileWriter&) = delete;

  static constexpr milliseconds kMaxLate{50};

  /// Whether a frame can be written to this file: it must have the same size, and its time must not
  /// be more than a second before that of the previous frame, nor, in AVI, more than 90 s after it.
  bool takes(int width, int height, WallTime capture_time) const;

  /// False, without writing anything, if the frame's time would be wrong because frames arrive
  /// faster than the file's resolution.
  bool write(Bytes jpeg, WallTime capture_time);

  void flush();

  /// Writes the index and the rest of the trailer, and closes the file.
  void end();

  const std::filesystem::path& file() const { return file_; }
  WallTime begin() const { return begin_; }
  std::uint64_t frames() const { return frames_; }

  /// The number of these that are flushed, and so survive a crash.
  std::uint64_t flushed_frames() const { return flushed_frames_; }

 private:
  struct Close {
    void operator()(AVFormatContext* context) const;
  };
  struct Free {
    void operator()(AVPacket* packet) const;
  };

  void add_stream();
  void add_creation_time();
  void write_header();
  std::int64_t ticks_at(WallTime capture_time) const;
  std::int64_t ticks_of(microseconds duration) const;
  std::int64_t estimated_ticks() const;
  void write_packet(Bytes jpeg, std::int64_t ticks);
  void note_flushed();
  void require(int result);
  [[noreturn]] void fail(int error);

  const std::filesystem::path file_;
  const int width_;
  const int height_;
  const WallTime begin_;
  Descriptor created_;
  std::unique_ptr<AVFormatContext, Close> context_;
  std::unique_ptr<AVPacket, Free> packet_;
  std::int64_t last_ticks_ = -1;
  std::int64_t interval_ticks_ = 0;  // from a frame to the next one, as a guess
  std::int64_t flushed_bytes_ = 0;
  std::uint64_t frames_ = 0;
  std::uint64_t flushed_frames_ = 0;
};

}  // namespace jpegwire
