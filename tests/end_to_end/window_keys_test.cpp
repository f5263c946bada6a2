// What the keys do, on an X server without a screen.

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "end_to_end/http_sender.hpp"
#include "end_to_end/rtp_streams.hpp"
#include "end_to_end/viewer_window.hpp"

using namespace jpegwire;

namespace window_keys_test {
namespace {

bool shows_all_figures(const Screenshot& shot) { return is_covered(shot, 20, 80, 100, 40); }

/// Hides the figures so that signs appear in the top right corner, with nothing else there. It
/// waits for the effect of each key: of two that OpenCV receives between two frames, it reports
/// one.
void hide_figures(const Window& window) {
  REQUIRE(window.shows(shows_figures));
  window.press("o");
  REQUIRE(window.shows(shows_all_figures));
  window.press("o");
  REQUIRE(window.shows([](const auto& shot) {
    return shows_picture(shot) && !shows_figures(shot) && !shows_toast(shot);
  }));
}

/// Waits for files in the directory with this ending.
std::vector<std::string> wait_for_files(const std::string& directory, const std::string& ending) {
  std::vector<std::string> found;
  CHECK(eventually([&] {
    found.clear();
    for (const std::string& name : files_in(directory))
      if (name.ends_with(ending)) found.push_back(name);
    return !found.empty();
  }));
  return found;
}

/// Dark at the left of x = 160, bright at the right.
std::string make_halves() {
  std::string picture = "P5 320 240 255\n";
  for (int y = 0; y < 240; ++y) picture += std::string(160, '\x28') + std::string(160, '\xdc');
  return picture;
}

}  // namespace

TEST_CASE("o switches between all figures, none, and one line of them") {
  const XServer server;
  const GreySender sender;
  Window window(server, {sender.url()});
  CHECK(window.shows([&](const auto& shot) {
    return shows_picture(shot) && shows_figures(shot) && !shows_all_figures(shot);
  }));
  window.press("o");
  CHECK(window.shows(shows_all_figures));
  window.press("o");
  CHECK(window.shows([](const auto& shot) { return shows_picture(shot) && !shows_figures(shot); }));
  window.press("o");
  CHECK(window.shows([&](const auto& shot) {
    return shows_picture(shot) && shows_figures(shot) && !shows_all_figures(shot);
  }));
}

TEST_CASE("h shows and hides the list of keys") {
  const XServer server;
  const GreySender sender;
  Window window(server, {sender.url()});
  hide_figures(window);
  const auto has_list = [](const auto& shot) { return is_covered(shot, 100, 80, 120, 80); };
  CHECK_FALSE(has_list(window.take()));
  window.press("h");
  CHECK(window.shows(has_list));
  window.press("h");
  CHECK(window.shows([&](const auto& shot) { return shows_picture(shot) && !has_list(shot); }));
}

TEST_CASE("f enters and leaves full screen") {
  const XServer server;
  const Process desktop({"openbox"}, server.environment());
  const GreySender sender;
  Window window(server, {sender.url()});
  CHECK(window.shows(shows_picture));
  window.press("f");
  CHECK(window.shows([](const auto& shot) {
    return shot.width == 800 && shot.height == 600 && is_about(shot.at(400, 400), kGrey);
  }));
  window.press("f");
  CHECK(window.shows([](const auto& shot) { return shows_picture(shot) && shot.height == 240; }));
}

TEST_CASE("space freezes the picture while the stream continues, and its age increases") {
  constexpr int kLater = 90;
  const auto grey_of = [](const auto& shot) { return shot.at(280, 150); };  // clear of toasts
  const XServer server;
  GreySender sender;
  Window window(server, {sender.url(), "--summary", "-"});
  CHECK(window.shows(shows_picture));
  window.press("space");
  // Figures that are 320 pixels wide have the sign below them.
  CHECK(window.shows([](const auto& shot) { return is_covered(shot, 220, 26, 100, 40); }));
  sender.stop();
  sender.start(kLater);
  CHECK(eventually([&] {
    const std::string log = window.viewer.err();
    const std::size_t first = log.find("connected to");
    return log.find("connected to", first + 1) != std::string::npos;
  }));
  const Screenshot before = window.take();
  CHECK(is_about(grey_of(before), kGrey));
  CHECK(window.shows([&](const auto& shot) {
    return is_about(grey_of(shot), kGrey) &&
           shot.grey.substr(0, 320 * 60) != before.grey.substr(0, 320 * 60);
  }));
  window.press("space");
  CHECK(window.shows([&](const auto& shot) { return is_about(grey_of(shot), kLater); }));
  window.press("q");
  CHECK(summary_of(window.viewer)["skipped_frozen"] > 0);
}

TEST_CASE("s saves the received JPEG, named by its capture time, and shows the file name") {
  const XServer server;
  const GreySender sender;
  const TemporaryDirectory directory;
  Window window(server, {sender.url(), "--save", directory / "all"}, directory.path());
  hide_figures(window);
  window.press("s");
  CHECK(window.shows(shows_toast));
  const auto saved = wait_for_files(directory.path(), ".jpg");
  window.viewer.wait_for("saved " + directory / saved.at(0));
  CHECK(window.shows([](const auto& shot) { return !shows_toast(shot); }));
  window.press("q");
  CHECK(window.viewer.wait() == 0);
  REQUIRE(saved.size() == 1);
  CHECK(saved[0].starts_with("jpegwire-20"));
  CHECK(saved[0].size() == std::string("jpegwire-2026-01-31T14-05-09.123456.jpg").size());
  const std::string jpeg = read_file(directory / saved[0]);
  const std::vector<std::string> came = files_in(directory / "all");
  CHECK(std::ranges::any_of(came, [&](const std::string& name) {
    return read_file((directory / "all/") + name) == jpeg;
  }));
}

TEST_CASE("s saves the picture of a multipart stream and of an RTP stream") {
  const bool is_http = GENERATE(true, false);
  const XServer server;
  const TemporaryDirectory source;
  const TemporaryDirectory directory;
  write_file(source / "grey.jpg", make_jpeg(320, 240, kGrey));
  const std::uint16_t port = free_udp_ports();
  HttpSender sender({"--source", source / "grey.jpg", "--rtp", rtp_address(port)});
  const std::string url = is_http ? sender.http_url("/stream") : rtp_url(port);
  Window window(server, {url, "--save", directory / "all"}, directory.path());
  CHECK(window.shows(shows_picture));
  window.press("s");
  const auto saved = wait_for_files(directory.path(), ".jpg");
  window.viewer.wait_for("saved " + directory / saved.at(0));
  window.press("q");
  CHECK(window.viewer.wait() == 0);
  const std::string jpeg = read_file(directory / saved.at(0));
  const std::vector<std::string> came = files_in(directory / "all");
  CHECK(std::ranges::any_of(came, [&](const std::string& name) {
    return read_file((directory / "all/") + name) == jpeg;
  }));
}

TEST_CASE("s saves the frozen picture, not the newest") {
  const XServer server;
  GreySender sender;
  const TemporaryDirectory directory;
  Window window(server, {sender.url()}, directory.path());
  CHECK(window.shows(shows_picture));
  window.press("space");
  sender.stop();
  sender.start(90);
  window.press("s");
  const auto saved = wait_for_files(directory.path(), ".jpg");
  window.viewer.wait_for("saved " + directory / saved.at(0));
  const auto picture = decode(read_file(directory / saved.at(0)));
  REQUIRE(picture);
  CHECK(is_about(picture->luma.at(0), kGrey));
}

TEST_CASE("s shows why it cannot save") {
  const XServer server;
  const GreySender sender;
  const TemporaryDirectory directory;
  Window window(server, {sender.url()}, directory.path());
  hide_figures(window);
  std::filesystem::remove(directory.path());
  window.press("s");
  CHECK(window.shows(shows_toast));
  window.viewer.wait_for("not saved: ");
  window.press("q");
  CHECK(window.viewer.wait() == 0);
}

TEST_CASE("r records to the viewer's directory and shows a sign") {
  const XServer server;
  const GreySender sender;
  const TemporaryDirectory directory;
  Window window(server, {sender.url(), "--summary", "-"}, directory.path());
  hide_figures(window);
  CHECK_FALSE(shows_sign(window.take()));
  window.press("r");
  CHECK(window.shows([](const auto& shot) { return shows_sign(shot) && shows_toast(shot); }));
  const auto films = wait_for_files(directory.path(), ".mkv");
  window.press("r");
  CHECK(window.shows([](const auto& shot) { return !shows_sign(shot) && shows_toast(shot); }));
  window.viewer.wait_for(" in '" + films.at(0));
  window.press("q");
  CHECK(summary_of(window.viewer)["recorded"] > 0);
}

TEST_CASE("+ and - zoom at the mouse, and 0 shows the whole picture") {
  constexpr int kDark = 0x28;
  constexpr int kBright = 0xdc;
  const XServer server;
  const TemporaryDirectory directory;
  write_file(directory / "halves.pgm", make_halves());
  SenderProgram sender({"--source", directory / "halves.pgm"});
  Window window(server, {sender.url()});
  const auto has_edge_at = [](int x) {
    return [x](const Screenshot& shot) {
      return shot.width == 320 && is_about(shot.at(x - 12, 120), kDark) &&
             is_about(shot.at(x + 12, 120), kBright);
    };
  };
  CHECK(window.shows(has_edge_at(160)));
  window.point_at(200, 120);
  // Two steps double the edge's distance from the mouse.
  for (const auto& [key, edge] :
       {std::pair("plus", 143), std::pair("plus", 120), std::pair("plus", 87),
        std::pair("plus", 40), std::pair("minus", 87), std::pair("minus", 120)}) {
    window.press(key);
    CHECK(window.shows(has_edge_at(edge)));
  }
  window.press("0");
  CHECK(window.shows(has_edge_at(160)));
}

TEST_CASE("r stops a recording and starts another one") {
  const XServer server;
  const GreySender sender;
  const TemporaryDirectory directory;
  Window window(server, {sender.url(), "--record", directory / "film.mkv", "--summary", "-"});
  window.viewer.wait_for("recording to '" + (directory / "film.mkv"));
  window.press("r");
  window.viewer.wait_for(" in '" + (directory / "film.mkv"));
  window.press("r");
  window.viewer.wait_for("recording to '" + (directory / "film-2.mkv"));
  window.press("q");
  CHECK(summary_of(window.viewer)["recorded"] >= 2);
  CHECK(window.viewer.has_written(" in '" + (directory / "film-2.mkv")));
}

TEST_CASE("t shows and hides a strip below the picture with the arrival of frames") {
  const XServer server;
  const GreySender sender;
  Window window(server, {sender.url(), "--read-size", "500"});
  CHECK(window.shows(shows_picture));
  window.press("t");
  // The tint changes the grey, and the strip below makes the window higher.
  CHECK(window.shows([](const auto& shot) {
    return shot.width == 320 && shot.height > 240 && !is_about(shot.at(160, 200), kGrey);
  }));
  window.press("t");
  CHECK(window.shows([](const auto& shot) { return shows_picture(shot) && shot.height == 240; }));
}

}  // namespace window_keys_test
