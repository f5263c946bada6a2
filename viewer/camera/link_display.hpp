#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "codec/frame.hpp"
#include "codec/time.hpp"

namespace jpegwire {

/// What a link that limits the pictures lets through.
struct LinkLimit {
  std::optional<int> quality{};    // of the JPEGs, 1 to 100; nothing if it is unknown
  double megabits_per_second = 0;  // that the link carries

  bool operator==(const LinkLimit&) const = default;
};

/// A frame over TCP that has just arrived.
struct FrameArrived {
  std::size_t size_bytes = 0;
  WallTime first_byte{};  // arrival
  WallTime last_byte{};
  PictureSize size{};
  std::optional<int> quality{};  // 1 to 100
};

/// Measures from the arrival of frames what the link carries, and says whether it limits the
/// pictures: they are smaller or of lower quality than before, or some are missing, and the link is
/// busy. Bound to one thread; allocates no memory.
class LinkDisplay {
 public:
  void frame_arrived(const FrameArrived& frame);

  /// Some frames before the next one will not arrive.
  void frames_missing(SteadyTime now) { last_missing_ = now; }

  /// Another stream begins.
  void restart() { *this = {}; }

  /// Of the last five frames or so; nothing before a frame took some time.
  std::optional<double> megabits_per_second() const;

  /// Nothing unless the link limits the pictures. `shown` is the size in which the viewer shows
  /// them; empty if that is their own. A picture that covers it is as large as it should be.
  std::optional<LinkLimit> limit(PictureSize shown, SteadyTime now) const;

 private:
  bool is_busy() const;
  bool is_smaller(PictureSize shown) const;

  // Of recent frames, the newest of which count most.
  double bits_ = 0;
  double busy_us_ = 0;      // from the first to the last byte
  double interval_us_ = 0;  // from the last byte of the frame before

  FrameArrived last_;
  bool has_begun_ = false;
  std::int64_t most_pixels_ = 0;
  int best_quality_ = 0;
  std::optional<SteadyTime> last_missing_;
};

}  // namespace jpegwire
