#include "net/stream/viewer_count.hpp"

#include <catch2/catch.hpp>
#include <thread>

namespace jpegwire::viewer_count_test {
namespace {

TEST_CASE("viewers are counted") {
  ViewerCount viewer_count;
  CHECK_FALSE(viewer_count.any());
  viewer_count.join();
  viewer_count.join();
  viewer_count.leave();
  viewer_count.join();
  CHECK(viewer_count.count() == 2);
  CHECK(viewer_count.max() == 2);
  viewer_count.leave();
  viewer_count.leave();
  CHECK_FALSE(viewer_count.any());
  CHECK(viewer_count.max() == 2);
}

TEST_CASE("the first viewer ends the wait for one") {
  ViewerCount viewer_count;
  bool came = false;
  {
    const std::jthread waiter([&] { came = viewer_count.wait({}); });
    viewer_count.join();
  }
  CHECK(came);
  CHECK(viewer_count.wait({}));
}

TEST_CASE("a stop ends the wait for a viewer") {
  ViewerCount viewer_count;
  bool came = true;
  {
    std::jthread waiter([&](std::stop_token stop) { came = viewer_count.wait(std::move(stop)); });
    waiter.request_stop();
  }
  CHECK_FALSE(came);
}

}  // namespace
}  // namespace jpegwire::viewer_count_test
