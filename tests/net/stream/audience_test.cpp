#include "net/stream/viewer_count.hpp"

#include <catch2/catch.hpp>
#include <thread>

namespace jpegwire::audience_test {
namespace {

TEST_CASE("viewers are counted") {
  Audience audience;
  CHECK_FALSE(audience.is_present());
  audience.join();
  audience.join();
  audience.leave();
  audience.join();
  CHECK(audience.present() == 2);
  CHECK(audience.most() == 2);
  audience.leave();
  audience.leave();
  CHECK_FALSE(audience.is_present());
  CHECK(audience.most() == 2);
}

TEST_CASE("waiting ends with the first viewer") {
  Audience audience;
  bool came = false;
  {
    const std::jthread waiter([&] { came = audience.wait({}); });
    audience.join();
  }
  CHECK(came);
  CHECK(audience.wait({}));
}

TEST_CASE("waiting for a viewer ends when stop is requested") {
  Audience audience;
  bool came = true;
  {
    std::jthread waiter([&](std::stop_token stop) { came = audience.wait(std::move(stop)); });
    waiter.request_stop();
  }
  CHECK_FALSE(came);
}

}  // namespace
}  // namespace jpegwire::audience_test
