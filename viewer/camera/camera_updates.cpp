#include "viewer/camera/camera_updates.hpp"

#include <utility>

namespace jpegwire {

template <class T>
bool CameraUpdates::put(std::size_t camera, std::optional<T> Newest::* slot, T value) {
  std::optional<T> replaced(std::move(value));
  {
    const std::scoped_lock lock(mutex_);
    (cameras_.at(camera).*slot).swap(replaced);  // destroyed after the lock is released
    has_update_ = true;
  }
  updated_.notify_one();
  return replaced.has_value();
}

template <class T>
std::optional<T> CameraUpdates::take(std::size_t camera, std::optional<T> Newest::* slot) {
  const std::scoped_lock lock(mutex_);
  return std::exchange(cameras_.at(camera).*slot, std::nullopt);
}

bool CameraUpdates::put_picture(std::size_t camera, ShownFrame frame) {
  return put(camera, &Newest::picture, std::move(frame));
}

void CameraUpdates::put_notice(std::size_t camera, std::string sentence) {
  put(camera, &Newest::notice, std::move(sentence));
}

void CameraUpdates::put_message(std::size_t camera, std::string sentence) {
  put(camera, &Newest::message, std::move(sentence));
}

std::optional<ShownFrame> CameraUpdates::take_picture(std::size_t camera) {
  return take(camera, &Newest::picture);
}

std::optional<std::string> CameraUpdates::take_notice(std::size_t camera) {
  return take(camera, &Newest::notice);
}

std::optional<std::string> CameraUpdates::take_message(std::size_t camera) {
  return take(camera, &Newest::message);
}

void CameraUpdates::end() {
  {
    const std::scoped_lock lock(mutex_);
    has_ended_ = true;
  }
  updated_.notify_all();
  ended_.notify_all();
}

void CameraUpdates::wait(Timeout timeout) {
  std::unique_lock lock(mutex_);
  updated_.wait_for(lock, timeout, [this] { return has_update_ || has_ended_; });
  has_update_ = false;
}

void CameraUpdates::wait_for_end(Timeout timeout) {
  std::unique_lock lock(mutex_);
  ended_.wait_for(lock, timeout, [this] { return has_ended_; });
}

}  // namespace jpegwire
