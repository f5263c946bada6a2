#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "codec/frame.hpp"
#include "codec/time.hpp"
#include "net/stream/frame_sink.hpp"

namespace jpegwire {

/// What the sender may change for a viewer so that its link carries the full frame rate: nothing;
/// the quality; the quality and the size of the picture.
enum class Adaptation { off, quality, size };

/// What a viewer asks for.
struct ViewerWish {
  Adaptation adaptation = Adaptation::size;
  PictureSize limit{};    // of the picture's size, each way; 0: none
  PictureSize shown{};    // the pixels that it shows, each way; 0: all that it is sent
  int quality = 0;        // the highest; 0: no limit
  int size_multiple = 2;  // of which a scaled picture's width and height are to be multiples

  bool operator==(const ViewerWish&) const = default;
};

/// What a connection knows of its link, at a moment. Rates are in bytes per second.
struct LinkState {
  double rate = 0;
  double safe_rate = 0;
  double queued_bytes = 0;
  SteadyTime as_of{};
  std::optional<SteadyTime> viewer_ready =
      SteadyTime{};        // for a frame that is encoded then; nothing: unknown
  WallTime taken{};        // the capture time of the frame that was begun last
  microseconds spacing{};  // the viewer takes no frame that was captured sooner after that
};

/// Whether a viewer takes no frame that was captured at this time, because it wants fewer.
bool is_too_soon(WallTime capture_time, WallTime taken, microseconds spacing);

/// Frames for one group of viewers.
struct GroupOrder {
  unsigned group = 0;        // 1 to the most groups
  std::uint64_t formed = 0;  // another number if no viewer was in the group of this number before
  double budget_bytes = 0;   // per frame, of its slowest member
  PictureSize limit{};       // the largest of its members, each way; 0: none
  PictureSize shown{};       // the most that a member shows, each way; 0: all
  int quality = 100;         // the highest limit of its members
  int size_multiple = 2;     // the largest of its members
  bool may_scale = true;     // no member wants the size to stay
  bool has_ready_member = true;  // otherwise the frame would wait, or nobody would take it
};

/// Where the connections of a server put what their links carry, and where the encoder sees for
/// which groups of viewers to encode what. Any thread may call anything.
class RateBoard {
 public:
  /// A viewer's place, which it keeps until its destruction. The board must outlive it.
  class Place;

  RateBoard(unsigned most_groups, Adaptation most_adaptation);

  /// Null if nothing may be adapted for the viewer; it belongs to group 0 then.
  std::unique_ptr<Place> add(const ViewerWish& wish, const LinkState& link);

  /// Replaces `orders` by those for the frame that was captured at this time, slowest first. Frames
  /// come at `interval`; one of group 0 has about `full_frame_bytes`, and no viewer needs more; 0:
  /// unknown.
  void plan(std::vector<GroupOrder>& orders, microseconds interval, double full_frame_bytes,
            WallTime capture_time, SteadyTime now);

  unsigned most_groups() const { return most_groups_; }

  /// The number of viewers with a place.
  std::size_t viewers() const;

 private:
  struct Viewer {
    ViewerWish wish;
    LinkState link;
    unsigned group = 1;
    std::uint64_t formed = 0;  // of that group; 0: none yet
    SteadyTime last_ready{};
    bool is_ready = false;  // its link is free for a frame
    double rate_at_split =
        0;  // that it could use when groups were formed last; 0: it did not count
  };

  using Members = std::vector<Viewer*>;

  /// Viewers with less, or more, than these rates count as alike.
  struct UsableRates {
    double least = 0;
    double most = 0;
  };

  static UsableRates usable_rates(microseconds interval, double full_frame_bytes);
  static double usable_rate(const Viewer& viewer, const UsableRates& usable);
  void look_at_viewers(microseconds interval, const UsableRates& usable, SteadyTime now);
  void split(const UsableRates& usable, SteadyTime now);
  static void split(const Members& viewers, unsigned most, std::vector<Members>& groups);
  void number(const std::vector<Members>& groups);
  GroupOrder& order_for(unsigned group, std::vector<GroupOrder>& orders) const;
  static void add_to_order(GroupOrder& order, const Viewer& viewer, microseconds interval,
                           WallTime capture_time, SteadyTime now);

  const unsigned most_groups_;
  const Adaptation most_adaptation_;
  mutable std::mutex mutex_;
  std::uint64_t next_id_ = 0;
  std::map<std::uint64_t, Viewer> viewers_;
  WallTime newest_capture_{};
  SteadyTime last_split_{};
  bool is_split_outdated_ = false;
  std::uint64_t groups_formed_ = 0;
  std::array<std::uint64_t, 1 + kMaxGroups> formed_{};  // by group
};

class RateBoard::Place {
 public:
  Place(RateBoard& board, std::uint64_t id, Viewer& viewer)
      : board_(board), id_(id), viewer_(viewer) {}
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place();

  void set(const LinkState& link);
  void set(const ViewerWish& wish);
  unsigned group() const;

  /// The capture time of the newest frame that was planned, whether anybody got it.
  WallTime newest_capture() const;

 private:
  RateBoard& board_;
  const std::uint64_t id_;
  Viewer& viewer_;  // locked by the board's mutex
};

}  // namespace jpegwire
