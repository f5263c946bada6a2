#pragma once

#include <unistd.h>

#include <utility>

namespace jpegwire {

/// Owns a file descriptor, and closes it; negative if there is none.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() {
    if (is_open()) ::close(number_);
  }

  bool is_open() const { return number_ >= 0; }
  int number() const { return number_; }

  /// Gives up ownership: the caller closes it.
  int release() { return std::exchange(number_, -1); }

 private:
  int number_ = -1;
};

/// Raises the soft limit of open descriptors to the hard one. The usual 1024 exist for programs
/// that use select(), and are too few for a thousand viewers.
void raise_descriptor_limit();

}  // namespace jpegwire
