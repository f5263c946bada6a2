#pragma once

#include <functional>
#include <string>

#include "app/descriptor.hpp"

namespace jpegwire {

/// A network namespace with its own devices, addresses and ports (network_namespaces(7)). The
/// kernel removes it when this object and the last process in it are gone, so nothing is left
/// behind, however the program ends.
class NetworkNamespace {
 public:
  /// Creates an empty namespace. Throws std::runtime_error if the process is not root.
  NetworkNamespace();

  /// Moves the calling thread, and the threads and processes it starts later, into a new namespace
  /// permanently.
  static void move_to_new();

  /// Runs the function in this namespace, on a separate thread, and waits for its end. Rethrows its
  /// exceptions.
  void within(const std::function<void()>& work) const;

  /// A path by which children of this process can open the namespace.
  std::string path() const;

 private:
  const Descriptor descriptor_;
};

}  // namespace jpegwire
