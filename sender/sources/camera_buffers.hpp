#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "codec/bytes.hpp"
#include "codec/time.hpp"

namespace jpegwire {

class CameraBuffers;

/// A buffer that the camera has filled, on loan: its destruction, on any thread, gives it back to
/// the driver untouched. The bytes stay valid when the camera is closed.
class CameraBuffer {
 public:
  CameraBuffer(std::shared_ptr<CameraBuffers> owner, unsigned index, std::size_t size_bytes)
      : owner_(std::move(owner)), index_(index), size_bytes_(size_bytes) {}
  CameraBuffer(CameraBuffer&&) noexcept = default;
  CameraBuffer& operator=(CameraBuffer&& other) noexcept {
    std::swap(owner_, other.owner_);
    std::swap(index_, other.index_);
    std::swap(size_bytes_, other.size_bytes_);
    return *this;
  }
  ~CameraBuffer();

  Bytes bytes() const;

 private:
  std::shared_ptr<CameraBuffers> owner_;  // null if moved from
  unsigned index_ = 0;
  std::size_t size_bytes_ = 0;
};

/// A buffer with what the driver says about it.
struct FilledBuffer {
  CameraBuffer buffer;
  bool has_error = false;
  std::uint32_t sequence = 0;
  std::optional<SteadyTime> captured;  // nothing if the driver does not know, or on another clock
};

/// The buffers of a streaming camera, mapped from its driver (V4L2 memory-mapped streaming I/O).
/// They are with the driver except while they are on loan. Any thread.
class CameraBuffers : public std::enable_shared_from_this<CameraBuffers> {
 public:
  /// Requests about `count` buffers from the driver of the descriptor, which must stay open until
  /// stop(), and starts to stream. Throws std::system_error if the driver refuses.
  static std::shared_ptr<CameraBuffers> start(int descriptor, unsigned count);

  explicit CameraBuffers(int descriptor) : descriptor_(descriptor) {}
  CameraBuffers(const CameraBuffers&) = delete;
  CameraBuffers& operator=(const CameraBuffers&) = delete;
  ~CameraBuffers();

  /// The oldest filled buffer; nothing if none is filled or the camera is gone.
  std::optional<FilledBuffer> dequeue();

  /// How many buffers are with the driver: filled, being filled, or to be filled.
  unsigned queued() const;

  /// The driver refused to return a buffer: it will not return any more.
  bool is_gone() const;

  /// Ends the stream. The descriptor is not used any more.
  void stop();

 private:
  friend class CameraBuffer;
  struct Mapping {
    void* memory = nullptr;
    std::size_t size_bytes = 0;
  };

  void map(unsigned count);
  void give_back(unsigned index);
  int queue(unsigned index);
  Bytes bytes(unsigned index, std::size_t size_bytes) const;

  std::vector<Mapping> mappings_;  // set by start()
  mutable std::mutex mutex_;
  int descriptor_;
  bool is_stopped_ = false;
  bool is_gone_ = false;
  unsigned queued_ = 0;
};

}  // namespace jpegwire
