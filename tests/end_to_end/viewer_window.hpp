#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <optional>
#include <sstream>
#include <string>

#include "end_to_end/pictures.hpp"
#include "end_to_end/programs.hpp"
#include "support/temporary_directory.hpp"

/// An X server without a screen, and the user's view of its picture.
namespace jpegwire {

class XServer {
 public:
  explicit XServer(const Command& more = {})
      : server_(Command{"Xvfb", "-displayfd", "1", "-screen", "0", "800x600x24", "-nolisten", "tcp",
                        "-noreset"} +
                more) {
    // Xvfb writes the number and the line's end separately.
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

/// True for a picture or a notice: the viewer has begun to handle events.
inline bool has_something_bright(const Screenshot& shot) {
  return std::ranges::any_of(shot.grey, [](char c) { return static_cast<unsigned char>(c) > 150; });
}

/// The viewer's window, and a user who operates it.
class Window {
 public:
  /// The viewer runs in this directory.
  Window(const XServer& server, const Command& options, const std::string& directory = ".")
      : server_(server),
        viewer(Command{"env", "-C", directory, JPEGWIRE_VIEWER} + options, server.environment()) {
    const bool found = eventually([this] { return find(); });
    INFO(viewer.describe());
    REQUIRE(found);
    REQUIRE(shows(has_something_bright));
  }

  void press(const std::string& key) const {
    server_.run({"xdotool", "windowfocus", "--sync", id_});
    server_.run({"xdotool", "key", key});
  }

  void point_at(int x, int y) const {
    server_.run(
        {"xdotool", "mousemove", "--sync", "--window", id_, std::to_string(x), std::to_string(y)});
  }

  void click(int x, int y) const {
    server_.run({"xdotool", "mousemove", "--window", id_, std::to_string(x), std::to_string(y)});
    server_.run({"xdotool", "click", "1"});
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
    Process search(
        {"xdotool", "search", "--onlyvisible", "--name", "jpegwire( (tcp|http|rtp|clock)|: )"},
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

inline constexpr int kGrey = 200;

inline bool is_about(int grey, int wanted) { return std::abs(grey - wanted) <= 4; }

/// Looks at the middle, where there are neither figures nor the text of a notice.
inline bool shows_picture(const Screenshot& shot) {
  return shot.width == 320 && is_about(shot.at(160, 200), kGrey);
}

/// Whether something is drawn over the picture there.
inline bool is_covered(const Screenshot& shot, int left, int top, int width, int height) {
  if (shot.width < left + width || shot.height < top + height) return false;
  for (int y = top; y < top + height; ++y)
    for (int x = left; x < left + width; ++x)
      if (!is_about(shot.at(x, y), kGrey)) return true;
  return false;
}

/// The figures are in the top left corner.
inline bool shows_figures(const Screenshot& shot) { return is_covered(shot, 0, 0, 100, 40); }

/// Signs are in the top right corner if the figures are hidden, and toasts at the lower edge.
inline bool shows_sign(const Screenshot& shot) { return is_covered(shot, 220, 0, 100, 30); }
inline bool shows_toast(const Screenshot& shot) { return is_covered(shot, 60, 210, 200, 30); }

/// A sender of a uniform grey, so that everything else in the window is drawn by the viewer.
class GreySender {
 public:
  explicit GreySender(int grey = kGrey, int height = 240) : height_(height) { start(grey); }
  void start(int grey = kGrey) {
    write_file(directory_ / "grey.jpg", make_jpeg(320, height_, grey));
    sender_.emplace(Command{"--source", directory_ / "grey.jpg", "--tcp", std::to_string(port_)});
    sender_->port();
  }
  void stop() { sender_.reset(); }
  std::string url() const { return tcp_url(port_); }

 private:
  const int height_;
  TemporaryDirectory directory_;
  std::uint16_t port_ = free_port();
  std::optional<SenderProgram> sender_;
};

}  // namespace jpegwire
