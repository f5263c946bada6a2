#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "codec/frame.hpp"
#include "codec/time.hpp"

namespace jpegwire {

/// A connection that keeps frames alive until its peer has taken them. Bound to the io thread.
class FrameHolder {
 public:
  using HeldFrames = std::array<const EncodedFrame*, 2>;

  FrameHolder() = default;
  FrameHolder(const FrameHolder&) = delete;
  FrameHolder& operator=(const FrameHolder&) = delete;
  virtual ~FrameHolder() = default;

  /// Null where there is none.
  virtual HeldFrames held() const = 0;

  /// Since when the peer has taken no frame although there is one for it. Nothing if it keeps up.
  virtual std::optional<SteadyTime> stalled_since() const = 0;

  /// Closes the connection at once. `reason` is for the log.
  virtual void evict(const std::string& reason) = 0;
};

/// Finds the holder that has stalled longest, of those that have since `latest` or before.
class LongestStalled {
 public:
  explicit LongestStalled(SteadyTime latest) : latest_(latest) {}

  void consider(FrameHolder& holder);

  /// Null if none has.
  FrameHolder* get() const { return longest_; }

 private:
  SteadyTime latest_;
  FrameHolder* longest_ = nullptr;
};

inline constexpr std::size_t kDefaultFrameMemoryBytes = std::size_t{256} << 20;

/// Bounds the memory of the frames that connections hold, of whatever protocol. A frame counts
/// once, however many hold it. Connections that keep up hold the newest frames only, and are never
/// closed; each one that stalls may hold a frame of its own. Borrows the holders. Bound to the io
/// thread.
class FrameMemory {
 public:
  /// A holder that has stalled for `timeout` may be closed.
  FrameMemory(std::size_t max_bytes, milliseconds timeout)
      : max_bytes_(max_bytes), timeout_(timeout) {}

  void add(FrameHolder& holder) { holders_.insert(&holder); }
  void remove(FrameHolder& holder) { holders_.erase(&holder); }

  /// Closes those that have stalled longest until the frames that the others hold take no more than
  /// the budget. Call this after frames were handed out.
  void enforce(SteadyTime now);

  /// What the held frames take now.
  std::size_t held_bytes() const;

  /// Connections that were closed.
  std::uint64_t evicted() const { return evicted_; }

 private:
  void list_held(std::vector<const EncodedFrame*>& frames) const;
  FrameHolder* longest_stalled(SteadyTime now) const;

  const std::size_t max_bytes_;
  const milliseconds timeout_;
  std::set<FrameHolder*> holders_;
  std::vector<const EncodedFrame*> frames_;  // those of the latest count
  std::uint64_t evicted_ = 0;
};

}  // namespace jpegwire
