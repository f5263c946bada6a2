#pragma once

#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <string_view>

struct xcb_connection_t;

namespace jpegwire {

/// A connection to the X server; null if only Qt knows the display.
using XConnection = std::unique_ptr<xcb_connection_t, void (*)(xcb_connection_t*)>;

/// Prepares for windows of highgui, whose toolkit is Qt. Sets environment variables for it, so call
/// this before the first thread that reads any. The connection must outlive the windows: a bare X
/// server restarts when its last client disconnects, and drops a client that is just connecting.
/// Throws std::runtime_error if no display answers: Qt would end the process. Its sentence ends
/// with what else the user can do, such as ", or use --headless".
XConnection open_desktop(std::string_view or_else = "");

inline constexpr int kEscapeKey = 27;  // as cv::waitKey() returns it

/// Empty if it is unknown.
cv::Size screen_size(xcb_connection_t* connection);

/// Opens a window that the user can resize.
void open_window(const std::string& title, cv::Size size);

}  // namespace jpegwire
