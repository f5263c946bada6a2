#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
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
  double outstanding_bytes = 0;
  SteadyTime as_of{};
  bool has_credit = true;  // the viewer has reported nearly all frames, if it reports any
};

/// Frames for one group of viewers.
struct GroupOrder {
  unsigned group = 0;            // 1 to the number of groups
  double budget_bytes = 0;       // per frame, of its slowest member
  PictureSize limit{};           // the largest of its members, each way; 0: none
  PictureSize shown{};           // the most that a member shows, each way; 0: all
  int quality = 100;             // the highest limit of its members
  int size_multiple = 2;         // the largest of its members
  bool may_scale = true;         // no member wants the size to stay
  bool has_ready_member = true;  // otherwise the frame would wait
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

  /// Replaces `orders` by those for the next frame, by group. Frames come at
  /// `interval`; one of group 0 has about `full_frame_bytes`, and no viewer needs more; 0: unknown.
  void plan(std::vector<GroupOrder>& orders, microseconds interval, double full_frame_bytes,
            SteadyTime now);

  unsigned most_groups() const { return most_groups_; }

  /// The number of viewers with a place.
  std::size_t viewers() const;

 private:
  struct Viewer {
    ViewerWish wish;
    LinkState link;
    unsigned group = 1;
    SteadyTime last_ready{};
  };

  /// Viewers with less, or more, than these rates count as alike.
  struct UsableRates {
    double least = 0;
    double most = 0;
  };

  static UsableRates usable_rates(microseconds interval, double full_frame_bytes);
  void split(microseconds interval, double full_frame_bytes, SteadyTime now);
  static unsigned split(const std::vector<Viewer*>& viewers, unsigned first, unsigned most,
                        const UsableRates& usable);
  void add_to_order(GroupOrder& order, Viewer& viewer, microseconds interval, SteadyTime now) const;

  const unsigned most_groups_;
  const Adaptation most_adaptation_;
  mutable std::mutex mutex_;
  std::uint64_t next_id_ = 0;
  std::map<std::uint64_t, Viewer> viewers_;
  SteadyTime last_split_{};
  bool is_split_outdated_ = false;
};

class RateBoard::Place {
 public:
  Place(RateBoard& board, std::uint64_t id) : board_(board), id_(id) {}
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place();

  void set(const LinkState& link);
  void set(const ViewerWish& wish);
  unsigned group() const;

 private:
  RateBoard& board_;
  const std::uint64_t id_;
};

}  // namespace jpegwire
