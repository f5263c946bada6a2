// The window, on an X server without a screen.

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <nlohmann/json.hpp>
#include <sstream>

#include "end_to_end/pictures.hpp"
#include "end_to_end/programs.hpp"
#include "support/temporary_directory.hpp"

using namespace jpegwire;
using nlohmann::json;

namespace {

class XServer {
 public:
  XServer()
      : server_({"Xvfb", "-displayfd", "1", "-screen", "0", "800x600x24", "-nolisten", "tcp",
                 "-noreset"}) {
    // The number and its line's end come in two writes.
    REQUIRE(eventually([this] {
      std::istringstream in(server_.out());
      std::string number;
      display_ = in >> number && !in.eof() ? ":" + number : "";
      return !display_.empty();
    }));
  }

  Environment environment() const {
    Environment environment = environment_of_programs();
    environment.emplace_back("DISPLAY", display_);
    return environment;
  }

  std::string run(const Command& command) const { return output_of(command, environment()); }

 private:
  Process server_;
  std::string display_;
};

/// A part of the screen in 8 bits of grey, row by row.
struct Screenshot {
  int width = 0;
  int height = 0;
  std::string grey;

  int at(int x, int y) const {
    return static_cast<unsigned char>(
        grey.at(static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                static_cast<std::size_t>(x)));
  }
};

/// A picture, or the words of a notice: the viewer has begun to handle events.
bool has_something_bright(const Screenshot& shot) {
  return std::ranges::any_of(shot.grey, [](char c) { return static_cast<unsigned char>(c) > 150; });
}

/// The viewer's window, with a user in front of it.
class Window {
 public:
  Window(const XServer& server, const Command& options)
      : server_(server), viewer(Command{JPEGWIRE_VIEWER} + options, server.environment()) {
    const bool found = eventually([this] { return find(); });
    INFO(viewer.describe());
    REQUIRE(found);
    REQUIRE(shows(has_something_bright));
  }

  void press(const std::string& key) const {
    server_.run({"xdotool", "windowfocus", "--sync", id_});
    server_.run({"xdotool", "key", key});
  }

  void close() const {
    server_.run({"python3", JPEGWIRE_TESTS "/end_to_end/close_window.py", id_});
  }

  Screenshot take() const {
    std::istringstream in(
        server_.run({"import", "-window", id_, "-depth", "8", "-colorspace", "Gray", "pgm:-"}));
    Screenshot shot;
    std::string magic, depth;
    in >> magic >> shot.width >> shot.height >> depth;
    in.get();
    std::ostringstream rest;
    rest << in.rdbuf();
    shot.grey = rest.str();
    return shot;
  }

  /// Waits until the screen shows it.
  bool shows(const std::function<bool(const Screenshot&)>& what) const {
    return eventually([&] { return what(take()); });
  }

 private:
  bool find() {
    Process search({"xdotool", "search", "--onlyvisible", "--name", "jpegwire tcp"},
                   server_.environment());
    if (search.wait() != 0) return false;
    id_ = search.out().substr(0, search.out().find('\n'));
    return !id_.empty();
  }

  const XServer& server_;
  std::string id_;

 public:
  Process viewer;
};

constexpr int kGrey = 200;

bool is_about(int grey, int wanted) { return std::abs(grey - wanted) <= 4; }

/// In the middle, where neither the figures nor a notice's words are.
bool shows_picture(const Screenshot& shot) {
  return shot.width == 320 && is_about(shot.at(160, 200), kGrey);
}

/// The figures stand in the corner at the top left.
bool shows_figures(const Screenshot& shot) {
  for (int y = 0; y < 40; ++y)
    for (int x = 0; x < 100; ++x)
      if (!is_about(shot.at(x, y), kGrey)) return true;
  return false;
}

/// A sender of one grey, so that all else in the window was drawn by the viewer.
class GreySender {
 public:
  GreySender() {
    write_file(directory_ / "grey.jpg", make_jpeg(320, 240, kGrey));
    start();
  }
  void start() {
    sender_.emplace(Command{"--source", directory_ / "grey.jpg", "--tcp", std::to_string(port_)});
    sender_->port();
  }
  void stop() { sender_.reset(); }
  std::string url() const { return tcp_url(port_); }

 private:
  TemporaryDirectory directory_;
  std::uint16_t port_ = free_port();
  std::optional<SenderProgram> sender_;
};

}  // namespace

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

TEST_CASE("q and Esc quit while no frame comes") {
  const std::string key = GENERATE("q", "Escape");
  const XServer server;
  Window window(server, {tcp_url(free_port())});
  window.press(key);
  const int code = window.viewer.wait();
  INFO(window.viewer.describe());
  CHECK(code == 0);
  CHECK(complaints_of(window.viewer).empty());
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

TEST_CASE("o hides the figures and shows them again") {
  const XServer server;
  const GreySender sender;
  Window window(server, {sender.url()});
  CHECK(window.shows([](const auto& shot) { return shows_picture(shot) && shows_figures(shot); }));
  window.press("o");
  CHECK(window.shows([](const auto& shot) { return shows_picture(shot) && !shows_figures(shot); }));
  window.press("o");
  CHECK(window.shows(shows_figures));
}

TEST_CASE("r ends a recording and begins another one") {
  const XServer server;
  const GreySender sender;
  const TemporaryDirectory directory;
  Window window(server, {sender.url(), "--record", directory / "film.mkv", "--summary", "-"});
  window.viewer.wait_for("recording to '" + (directory / "film.mkv"));
  window.press("r");
  window.viewer.wait_for("frames in '" + (directory / "film.mkv"));
  window.press("r");
  window.viewer.wait_for("recording to '" + (directory / "film-2.mkv"));
  window.press("q");
  CHECK(summary_of(window.viewer)["recorded"] >= 2);
  CHECK(window.viewer.has_written("frames in '" + (directory / "film-2.mkv")));
}

TEST_CASE("t shows how frames arrive below the picture, and hides it again") {
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

TEST_CASE("the option --trace begins with it, and --naive says what is wrong") {
  const XServer server;
  const GreySender sender;
  Window window(server, {sender.url(), "--trace", "--naive", "--read-size", "100"});
  CHECK(window.shows([](const auto& shot) { return shot.width == 320 && shot.height > 240; }));
  window.press("q");
  CHECK(window.viewer.wait() == 0);
}

TEST_CASE("the picture tells that the stream is away, and goes on when it is back") {
  const XServer server;
  GreySender sender;
  Window window(server, {sender.url()});
  CHECK(window.shows(shows_picture));
  sender.stop();
  // The last picture, dimmed.
  CHECK(window.shows([](const auto& shot) {
    return shot.width == 320 && shot.at(160, 235) < kGrey - 40 && shot.at(160, 235) > 20;
  }));
  sender.start();
  CHECK(window.shows(shows_picture));
}

TEST_CASE("a signal ends the viewer's window") {
  const int signal = GENERATE(SIGINT, SIGTERM);
  const XServer server;
  Window window(server, {tcp_url(free_port())});
  window.viewer.send_signal(signal);
  const int code = window.viewer.wait();
  INFO(window.viewer.describe());
  CHECK(code == 0);
}
