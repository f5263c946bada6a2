#include "viewer/camera/camera_updates.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

namespace jpegwire::camera_updates_test {
namespace {

using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

constexpr seconds kLong{60};

ShownFrame make_frame(int width) {
  ShownFrame frame;
  frame.jpeg_size = {width, 1};
  return frame;
}

TEST_CASE("only the newest picture of each camera is handed over, once") {
  CameraUpdates updates(2);
  CHECK_FALSE(updates.take_picture(0));
  CHECK_FALSE(updates.put_picture(0, make_frame(1)));
  CHECK(updates.put_picture(0, make_frame(2)));
  CHECK_FALSE(updates.put_picture(1, make_frame(3)));
  CHECK(updates.take_picture(0)->jpeg_size.width == 2);
  CHECK(updates.take_picture(1)->jpeg_size.width == 3);
  CHECK_FALSE(updates.take_picture(0));
}

TEST_CASE("a picture does not replace a notice or a message") {
  CameraUpdates updates(1);
  updates.put_notice(0, "the sender has gone");
  updates.put_message(0, "saved a.jpg");
  updates.put_picture(0, make_frame(1));
  CHECK(updates.take_picture(0));
  CHECK(updates.take_notice(0) == "the sender has gone");
  CHECK(updates.take_message(0) == "saved a.jpg");
  CHECK_FALSE(updates.take_notice(0));
}

TEST_CASE("a wait ends with an update of any camera, also with an earlier one") {
  CameraUpdates updates(2);
  const Clock::time_point start = Clock::now();
  updates.put_notice(1, "waiting");
  updates.wait(kLong);
  std::jthread other([&] { updates.put_picture(0, make_frame(1)); });
  updates.wait(kLong);
  CHECK(updates.take_picture(0));
  CHECK(Clock::now() - start < kLong);
}

TEST_CASE("a wait without an update ends with its timeout") {
  CameraUpdates updates(1);
  updates.put_message(0, "saved a.jpg");
  updates.wait(kLong);
  const Clock::time_point start = Clock::now();
  updates.wait(milliseconds(20));
  CHECK(Clock::now() - start >= milliseconds(20));
}

TEST_CASE("an update does not end a wait for the end") {
  CameraUpdates updates(1);
  updates.put_picture(0, make_frame(1));
  const Clock::time_point start = Clock::now();
  updates.wait_for_end(milliseconds(20));
  CHECK(Clock::now() - start >= milliseconds(20));
}

TEST_CASE("the end wakes both kinds of waits, and later ones return at once") {
  CameraUpdates updates(1);
  const Clock::time_point start = Clock::now();
  std::jthread other([&] { updates.end(); });
  updates.wait(kLong);
  updates.wait_for_end(kLong);
  updates.wait(kLong);
  CHECK(Clock::now() - start < kLong);
}

}  // namespace
}  // namespace jpegwire::camera_updates_test
