#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <stop_token>
#include <utility>
#include <vector>

#include "codec/frame.hpp"

namespace jpegwire {

/// How the reception of a frame ended.
enum class Reception {
  under_way,
  whole,
  incomplete,  // some bands never came
  refused,     // what came contradicts itself, and must not be shown
};

/// The bands of one frame on their way from the thread that receives them to the one that decodes
/// them: they can be decoded as they come. Any thread may call anything, but one takes.
class BandFeed {
 public:
  /// For a frame that is used again.
  void reset() {
    const std::scoped_lock lock(mutex_);
    bands_.clear();
    reception_ = Reception::under_way;
  }

  void add(const Band& band) {
    {
      const std::scoped_lock lock(mutex_);
      bands_.push_back(band);
    }
    changed_.notify_one();
  }

  /// All of a frame's at once.
  void add_all(const JpegLayout& layout) {
    {
      const std::scoped_lock lock(mutex_);
      for (std::size_t band = 0; band < layout.bands.size(); ++band)
        bands_.push_back(layout.band(band));
    }
    changed_.notify_one();
  }

  /// Nothing more is added.
  void close(Reception how) {
    {
      const std::scoped_lock lock(mutex_);
      reception_ = how;
    }
    changed_.notify_one();
  }

  /// Waits for bands and moves them to `bands`, whose former content it drops. None, where the feed
  /// is closed or stop requested: then reception() tells how it ended.
  void take(std::vector<Band>& bands, std::stop_token stop) {
    bands.clear();
    std::unique_lock lock(mutex_);
    changed_.wait(lock, std::move(stop),
                  [this] { return !bands_.empty() || reception_ != Reception::under_way; });
    bands.swap(bands_);
  }

  Reception reception() const {
    const std::scoped_lock lock(mutex_);
    return reception_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<Band> bands_;
  Reception reception_ = Reception::under_way;
};

}  // namespace jpegwire
