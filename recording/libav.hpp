#pragma once

// Helpers for libavformat's C interface. Only for .cpp files of this directory and of benchmarks.

extern "C" {
#include <libavformat/avformat.h>
#include <libavutil/dict.h>
#include <libavutil/error.h>
#include <libavutil/log.h>
#include <libavutil/mathematics.h>
#include <libavutil/opt.h>
}

#include <string>

namespace jpegwire {

constexpr AVRational kMicrosecond{1, 1'000'000};

inline std::string describe_libav_error(int error) {
  char text[AV_ERROR_MAX_STRING_SIZE] = "unknown error";
  av_strerror(error, text, sizeof text);
  return text;
}

/// Silences libav's messages on standard error; our own messages say more.
inline void quiet_libav() { av_log_set_level(AV_LOG_QUIET); }

/// The prefix keeps libav from taking a name with a colon for a protocol.
inline std::string libav_url(const std::string& file) { return "file:" + file; }

/// Options by name, as libav's functions take them.
class LibavOptions {
 public:
  LibavOptions() = default;
  LibavOptions(const LibavOptions&) = delete;
  LibavOptions& operator=(const LibavOptions&) = delete;
  ~LibavOptions() { av_dict_free(&options_); }

  void set(const char* name, const char* value) { av_dict_set(&options_, name, value, 0); }
  AVDictionary** get() { return &options_; }

 private:
  AVDictionary* options_ = nullptr;
};

}  // namespace jpegwire
