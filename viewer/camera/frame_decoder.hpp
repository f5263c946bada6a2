#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "codec/jpeg_decoder.hpp"
#include "codec/object_pool.hpp"
#include "net/stream/incoming_frame.hpp"
#include "viewer/camera/band_patcher.hpp"
#include "viewer/camera/camera_updates.hpp"
#include "viewer/camera/clock_finder.hpp"
#include "viewer/camera/shown_frame.hpp"
#include "viewer/camera/statistics.hpp"
#include "viewer/lesson/decoding_lesson.hpp"

namespace jpegwire {

struct FrameDecoderSettings {
  std::size_t camera = 0;  // its index
  int threads = 1;
  bool fills_gaps = false;   // show incomplete frames; else they are lost
  bool reads_clock = false;  // read the age from a clock in the picture
  bool naive = false;        // decode like the naive reader
};

/// A frame that waits to be decoded: a whole one, or one of datagrams whose bands are still
/// arriving. The other pointer is null.
struct UndecodedFrame {
  std::shared_ptr<const ReceivedFrame> whole;
  std::shared_ptr<const IncomingFrame> incoming;
  unsigned session = 0;     // number of its connection
  bool has_waited = false;  // while the process was stopped

  const FrameOrigin& origin() const { return whole ? *whole : incoming->origin(); }
  const JpegLayout& layout() const { return whole ? whole->jpeg.layout : incoming->layout(); }
};

/// Decodes the frames of one camera, fills their gaps, measures them, and hands the pictures to the
/// display. Bound to one thread.
class FrameDecoder {
 public:
  /// The references must outlive the decoder.
  FrameDecoder(const FrameDecoderSettings& settings, Statistics& statistics,
               CameraUpdates& updates);

  /// Decodes a frame no larger than needed to show it at the wanted size; at full size if that is
  /// empty. Waits for its bands until stop is requested. Returns how it ended. If `is_fresh`, which
  /// is asked when it is decoded, denies it, it is not shown and not counted, and its reception is
  /// returned as under way.
  FrameEnd process(
      const UndecodedFrame& frame, PictureSize wanted, const std::stop_token& stop,
      const std::function<bool()>& is_fresh = [] { return true; });

 private:
  FrameEnd decode_bands(const UndecodedFrame& frame, PictureSize wanted, Picture& picture,
                        const std::stop_token& stop);
  void begin_picture(const UndecodedFrame& frame, DecodeScale scale, Picture& picture);
  DecodedRows decode_whole(const ReceivedFrame& frame, Picture& picture, DecodeScale scale);
  DecodedRows decode_incoming(const IncomingFrame& frame, Picture& picture, DecodeScale scale,
                              const std::stop_token& stop);
  void fill_gaps(Picture& picture);
  void begin_to_keep_pictures();
  bool is_shown(Reception reception) const;
  void count_discarded(const FrameEnd& end);
  DecodedFrame measure(const UndecodedFrame& frame, const FrameEnd& end, const Picture& picture);
  std::optional<microseconds> age_by_clock(const Picture& picture);
  std::optional<WallTime> capture_time(const UndecodedFrame& frame,
                                       const DecodedFrame& decoded) const;
  void publish(const UndecodedFrame& frame, const FrameEnd& end, const DecodedFrame& decoded,
               OwnedPicture picture);
  ShownPicture kept_for_gaps(OwnedPicture picture);

  const FrameDecoderSettings settings_;
  Statistics& statistics_;
  CameraUpdates& updates_;
  BandPool bands_;
  JpegDecoder decoder_;
  ObjectPool<Picture> pictures_;
  std::vector<Band> new_bands_;
  unsigned last_session_ = 0;  // of the previous frame
  BandPatcher::Frame begun_;
  BandPatcher patcher_;
  bool keeps_pictures_ = false;                      // in patcher_
  std::shared_ptr<const ReceivedFrame> last_frame_;  // shown before any is kept; null if none
  WallTime last_decoded_{};                          // steady_now()
  ClockFinder clock_;
  DecodingLesson lesson_;
};

}  // namespace jpegwire
