#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "viewer/camera/shown_frame.hpp"

namespace jpegwire {

/// Hands updates of all cameras to the main thread: for each camera the newest picture, the newest
/// notice (why no frames arrive) and the newest message (what happened to its files). There is no
/// queue: a new value replaces one that was not taken yet.
class CameraUpdates {
 public:
  using Timeout = std::chrono::steady_clock::duration;

  explicit CameraUpdates(std::size_t cameras) : cameras_(cameras) {}

  // Any thread; these never block.

  /// True if this replaced a picture that was not taken.
  bool put_picture(std::size_t camera, ShownFrame frame);
  void put_notice(std::size_t camera, std::string sentence);
  void put_message(std::size_t camera, std::string sentence);

  /// Ends all waiting, now and later.
  void end();

  // The main thread.

  std::optional<ShownFrame> take_picture(std::size_t camera);
  std::optional<std::string> take_notice(std::size_t camera);
  std::optional<std::string> take_message(std::size_t camera);

  /// Waits for an update since the last call of this function, for end(), or for the timeout.
  void wait(Timeout timeout);

  /// Waits for end() or for the timeout.
  void wait_for_end(Timeout timeout);

 private:
  struct Newest {
    std::optional<ShownFrame> picture;
    std::optional<std::string> notice;
    std::optional<std::string> message;
  };

  template <class T>
  bool put(std::size_t camera, std::optional<T> Newest::* slot, T value);
  template <class T>
  std::optional<T> take(std::size_t camera, std::optional<T> Newest::* slot);

  std::mutex mutex_;
  std::condition_variable updated_;
  std::condition_variable ended_;
  std::vector<Newest> cameras_;
  bool has_update_ = false;
  bool has_ended_ = false;
};

}  // namespace jpegwire
