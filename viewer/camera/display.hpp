#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>

#include "codec/decode_scale.hpp"
#include "viewer/camera/live_figures.hpp"
#include "viewer/camera/shown_frame.hpp"

namespace jpegwire {

/// What the user can have done to a camera's stream, beyond looking at it. Called on the main
/// thread; none may wait for a disk.
struct CameraControls {
  std::function<void()> toggle_recording = [] {};

  /// Keeps the JPEG of this picture, which the user sees just now.
  std::function<void(const ShownFrame&)> save_picture = [](const ShownFrame&) {};
};

/// Where one camera's pictures go. Bound to the main thread.
class CameraDisplay {
 public:
  CameraDisplay() = default;
  CameraDisplay(const CameraDisplay&) = delete;
  CameraDisplay& operator=(const CameraDisplay&) = delete;
  virtual ~CameraDisplay() = default;

  /// Shows the frame's picture and the figures. False where the user has frozen an older one: then
  /// it is only kept for the end of that, unless a newer one follows.
  virtual bool show(const ShownFrame& frame, const LiveFigures& figures) = 0;

  /// Shows the last picture dimmed (or a dark one), with the sentence in it: why no frame comes.
  virtual void show_notice(std::string_view sentence) = 0;

  /// Shows the last picture again with newer figures: while no frame comes, its age still grows.
  virtual void refresh(const LiveFigures& figures) = 0;

  /// How large its pictures are shown, in pixels; empty where they are wanted whole.
  virtual PictureSize wanted_size() const = 0;

  /// Shows for a few seconds what happened, in place of what is told so already.
  virtual void tell(std::string_view sentence) = 0;

  /// For how long the stream has been recorded; nothing while it is not.
  virtual void show_recording(std::optional<std::chrono::seconds> since_begin) = 0;
};

/// What the user sees. Bound to the main thread: window toolkits want it so.
class Display {
 public:
  Display() = default;
  Display(const Display&) = delete;
  Display& operator=(const Display&) = delete;
  virtual ~Display() = default;

  /// This camera's own part of it, for as long as the display lives.
  virtual CameraDisplay& camera(std::size_t index) = 0;

  /// Handles what the user did since the last call, and brings all that was shown since to the
  /// screen; false once the user wants to quit.
  virtual bool handle_events() = 0;
};

}  // namespace jpegwire
