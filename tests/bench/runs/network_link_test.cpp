#include "bench/runs/network_link.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <future>
#include <stdexcept>

namespace jpegwire::network_link_test {
namespace {

namespace fs = std::filesystem;
using Catch::Matchers::Contains;

std::string current_network() { return fs::read_symlink("/proc/thread-self/ns/net"); }

std::ptrdiff_t open_descriptors() {
  return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
}

/// The error message if only `more` further descriptors may be opened. Uses a separate thread,
/// because the link moves it into another network.
std::string failure_with(rlim_t more) {
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  EventLoop loop;
  const rlimit few{static_cast<rlim_t>(open_descriptors()) - 1 + more, before.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &few);
  const auto attempt = [&]() -> std::string {
    try {
      const NetworkLink link(loop, parse_link("delay=1ms"));
      return "";
    } catch (const std::exception& error) {
      return error.what();
    }
  };
  std::string failure = std::async(std::launch::async, attempt).get();
  ::setrlimit(RLIMIT_NOFILE, &before);
  return failure;
}

TEST_CASE("running a function in another network does not move the caller") {
  if (::geteuid() != 0) return;  // only root may create network namespaces
  const std::string own = current_network();
  const NetworkNamespace other;
  CHECK(current_network() == own);
  std::string there;
  other.within([&there] { there = current_network(); });
  CHECK(there != own);
  CHECK_THROWS_WITH(other.within([] { throw std::runtime_error("no luck"); }), "no luck");
  CHECK(current_network() == own);
}

TEST_CASE("a link that cannot be created leaks no descriptor and says why") {
  if (::geteuid() != 0 || !fs::exists("/dev/net/tun")) return;
  const std::ptrdiff_t before = open_descriptors();
  for (const rlim_t more : {0, 1, 2}) {  // fails at the far network, near device, far device
    INFO(more);
    CHECK_THAT(failure_with(more), Contains("Too many open files"));
    CHECK(open_descriptors() == before);
  }
}

}  // namespace
}  // namespace jpegwire::network_link_test
