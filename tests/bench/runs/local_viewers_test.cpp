#include "bench/runs/local_viewers.hpp"

#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <set>

namespace jpegwire::local_viewers_test {
namespace {

namespace fs = std::filesystem;

rlim_t open_descriptors() {
  return static_cast<rlim_t>(
      std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()));
}

/// Limits how many more descriptors this process may open; the destructor restores the limit.
class FewDescriptors {
 public:
  explicit FewDescriptors(rlim_t more) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit few{open_descriptors() + more, before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &few);
  }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;
  ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

TEST_CASE("finding RTP ports uses no more descriptors than the viewers do") {
  constexpr int kViewers = 200;
  EventLoop loop;
  LocalViewers viewers(loop, "jpegwire-viewer", 0, {}, nullptr);
  const FewDescriptors few(3 * kViewers + 10);
  const SenderEnds ends =
      viewers.choose_ends({.transport = Transport::rtp, .viewers = kViewers, .threads = 1});
  REQUIRE(ends.rtp_ports.size() == kViewers);
  std::set<int> taken;
  for (const std::uint16_t port : ends.rtp_ports)
    for (int next = 0; next < 3; ++next) taken.insert(port + next);
  CHECK(taken.size() == 3 * kViewers);
}

}  // namespace
}  // namespace jpegwire::local_viewers_test
