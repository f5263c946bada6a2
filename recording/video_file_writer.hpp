#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "codec/frame.hpp"

struct AVFormatContext;
struct AVPacket;

namespace jpegwire {

/// A video file of JPEGs as they are, with their capture times: Matroska, QuickTime or AVI, by the
/// name's ending. What has been flushed is there whatever becomes of the program: Matroska and
/// QuickTime are written in clusters and fragments, which are whole each; AVI has its index at the
/// end alone, and without it players read the frames one after the other. Times are kept to 1 ms in
/// Matroska, 1/90000 s in QuickTime and 1/600 s in AVI, and no two frames have the same: one that
/// comes too close behind another is put right behind it, while that is not more than kMaxLate
/// off. Bound to one thread. What fails throws std::runtime_error with a sentence: then the file
/// ends where it was flushed last, and nothing more may be asked of it.
class VideoFileWriter {
 public:
  /// Makes the file, which must not be there yet. `begin` is the first frame's capture time.
  VideoFileWriter(std::filesystem::path file, int width, int height, WallTime begin);

  /// What was flushed stays.
  ~VideoFileWriter();

  VideoFileWriter(const VideoFileWriter&) = delete;
  VideoFileWriter& operator=(const VideoFileWriter&) = delete;

  static constexpr milliseconds kMaxLate{50};

  /// Whether a frame can go into this file: one of another size cannot, nor one whose time is more
  /// than a second before that of the one before, nor into AVI one that comes more than 90 s behind
  /// it.
  bool takes(int width, int height, WallTime capture_time) const;

  /// False, and nothing is written, where the frame's time would be false, as frames come faster
  /// than the file can tell apart.
  bool write(Bytes jpeg, WallTime capture_time);

  void flush();

  /// Writes the index and what else belongs to the end, and closes.
  void end();

  const std::filesystem::path& file() const { return file_; }
  WallTime begin() const { return begin_; }
  std::uint64_t frames() const { return frames_; }

  /// Of these, the ones that stay whatever happens.
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
  void write_packet(Bytes jpeg, std::int64_t ticks);
  void note_flushed();
  void require(int result);
  [[noreturn]] void fail(int error);

  const std::filesystem::path file_;
  const int width_;
  const int height_;
  const WallTime begin_;
  std::unique_ptr<AVFormatContext, Close> context_;
  std::unique_ptr<AVPacket, Free> packet_;
  bool is_made_ = false;
  std::int64_t last_ticks_ = -1;
  std::int64_t interval_ticks_ = 0;  // from a frame to the next one, as a guess
  std::int64_t flushed_bytes_ = 0;
  std::uint64_t frames_ = 0;
  std::uint64_t flushed_frames_ = 0;
};

}  // namespace jpegwire
