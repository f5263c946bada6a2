#include "bench/link/network_namespace.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <future>
#include <stdexcept>
#include <system_error>

namespace jpegwire {
namespace {

Descriptor open_current() {
  Descriptor descriptor(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
  if (!descriptor.is_open())
    throw std::system_error(errno, std::generic_category(), "cannot open the network namespace");
  return descriptor;
}

void enter(const Descriptor& descriptor) {
  if (::setns(descriptor.number(), CLONE_NEWNET) != 0)
    throw std::system_error(errno, std::generic_category(), "cannot enter a network namespace");
}

/// Each thread has its own namespace. Therefore a separate thread enters the other one: the caller
/// does not need to return from it, which might fail and leave the caller in the wrong network.
template <class Work>
auto on_other_thread(const Work& work) {
  return std::async(std::launch::async, work).get();
}

}  // namespace

void NetworkNamespace::move_to_new() {
  if (::unshare(CLONE_NEWNET) == 0) return;
  if (errno == EPERM)
    throw std::runtime_error(
        "cannot create a network namespace for --link, which only root may do: run it with sudo");
  throw std::system_error(errno, std::generic_category(),
                          "cannot create a network namespace for --link");
}

NetworkNamespace::NetworkNamespace()
    : descriptor_(on_other_thread([] {
        move_to_new();
        return open_current();
      })) {}

void NetworkNamespace::within(const std::function<void()>& work) const {
  on_other_thread([&] {
    enter(descriptor_);
    work();
  });
}

std::string NetworkNamespace::path() const {
  return fmt::format("/proc/{}/fd/{}", ::getpid(), descriptor_.number());
}

}  // namespace jpegwire
