// The window, on an X server without a screen.

#include <catch2/catch.hpp>
#include <csignal>
#include <nlohmann/json.hpp>

#include "end_to_end/viewer_window.hpp"

using namespace jpegwire;
using Catch::Matchers::Contains;
using nlohmann::json;

TEST_CASE("the window shows the stream, and q quits") {
  const XServer server;
  const GreySender sender;
  Window window(server, {sender.url(), "--summary", "-"});
  CHECK(window.shows(shows_picture));
  window.press("q");
  const json summary = summary_of(window.viewer);
  CHECK(summary["frames"] > 0);
  CHECK(summary["displayed"] > 0);
}

TEST_CASE("q and Esc quit while no frame arrives") {
  const std::string key = GENERATE("q", "Escape");
  const XServer server;
  Window window(server, {tcp_url(free_port())});
  window.press(key);
  const int code = window.viewer.wait();
  INFO(window.viewer.describe());
  CHECK(code == 0);
  CHECK(complaints_of(window.viewer).empty());
}

TEST_CASE("keys without a character do nothing") {
  const XServer server;
  const GreySender sender;
  Window window(server, {sender.url()});
  CHECK(window.shows(shows_picture));
  for (const char* key : {"Left", "Up", "Right", "Down", "F1", "Prior", "Control_L"})
    window.press(key);
  window.press("q");
  CHECK(window.viewer.wait() == 0);
  CHECK(complaints_of(window.viewer).empty());
  CHECK_THAT(window.viewer.err(), !Contains("recording") && !Contains("saved"));
}

TEST_CASE("closing the window quits") {
  const bool with_picture = GENERATE(true, false);
  const XServer server;
  const GreySender sender;
  Window window(server, {with_picture ? sender.url() : tcp_url(free_port())});
  if (with_picture) CHECK(window.shows(shows_picture));
  window.close();
  const int code = window.viewer.wait();
  INFO(window.viewer.describe());
  CHECK(code == 0);
}

TEST_CASE("the option --trace starts with the strip shown, and --naive says what is wrong") {
  const XServer server;
  const GreySender sender;
  Window window(server, {sender.url(), "--trace", "--naive", "--read-size", "100"});
  CHECK(window.shows([](const auto& shot) { return shot.width == 320 && shot.height > 240; }));
  window.press("q");
  CHECK(window.viewer.wait() == 0);
}

TEST_CASE("the picture shows that the stream is absent, and continues when it is back") {
  const XServer server;
  GreySender sender;
  Window window(server, {sender.url()});
  CHECK(window.shows(shows_picture));
  sender.stop();
  // The last picture, dimmed.
  CHECK(window.shows([](const auto& shot) {
    return shot.width == 320 && shot.at(160, 235) < kGrey - 40 && shot.at(160, 235) > 20;
  }));
  // The age of the last picture grows below the sentence.
  const Screenshot before = window.take();
  CHECK(window.shows([&](const auto& shot) { return shot.grey != before.grey; }));
  sender.start();
  CHECK(window.shows(shows_picture));
}

TEST_CASE("a signal closes the viewer's window") {
  const int signal = GENERATE(SIGINT, SIGTERM);
  const XServer server;
  Window window(server, {tcp_url(free_port())});
  window.viewer.send_signal(signal);
  const int code = window.viewer.wait();
  INFO(window.viewer.describe());
  CHECK(code == 0);
}
