#pragma once

#include <functional>
#include <string>

#include "app/descriptor.hpp"

namespace jpegwire {

/// A network of its own on this machine: devices, addresses and ports (network_namespaces(7)). It
/// goes when the last process in it and this object have gone, so that nothing is left behind,
/// however the program ends.
class NetworkNamespace {
 public:
  /// Makes an empty one. Throws std::runtime_error where this is not root's process.
  NetworkNamespace();

  /// Moves the calling thread, and what it starts from now on, into a new one for good.
  static void move_to_new();

  /// Does it in this one, on a thread of its own, and waits for that; throws what it throws.
  void within(const std::function<void()>& work) const;

  /// By which this process's children find it.
  std::string path() const;

 private:
  const Descriptor descriptor_;
};

}  // namespace jpegwire
