#pragma once

#include <memory>
#include <opencv2/core.hpp>
#include <string>

struct xcb_connection_t;

namespace jpegwire {

/// To the X server; none where only Qt knows the display.
using XConnection = std::unique_ptr<xcb_connection_t, void (*)(xcb_connection_t*)>;

/// Makes ready for windows of highgui, whose toolkit is Qt. Sets environment variables for it, so
/// call it before the first thread that reads any. The connection must outlive the windows: a bare
/// X server starts anew when its last client leaves, and drops whoever is just coming. Throws
/// std::runtime_error where no display answers: Qt would end the process.
XConnection open_desktop();

/// Empty where it cannot be known.
cv::Size screen_size(xcb_connection_t* connection);

/// Opens a window that can be given any size.
void open_window(const std::string& title, cv::Size size);

}  // namespace jpegwire
