#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>

#include "codec/frame.hpp"
#include "viewer/camera/live_figures.hpp"
#include "viewer/camera/shown_frame.hpp"

namespace jpegwire {

/// What the user can do with a camera's stream besides watching it. Called on the main thread; they
/// must not wait for a disk.
struct CameraControls {
  std::function<void()> toggle_recording = [] {};

  /// Saves the JPEG of this frame, which the user sees now.
  std::function<void(const ShownFrame&)> save_picture = [](const ShownFrame&) {};
};

/// Where the pictures of one camera are shown. Bound to the main thread.
class CameraDisplay {
 public:
  CameraDisplay() = default;
  CameraDisplay(const CameraDisplay&) = delete;
  CameraDisplay& operator=(const CameraDisplay&) = delete;
  virtual ~CameraDisplay() = default;

  /// Shows the frame and the figures. False if the user has frozen an older picture: then the frame
  /// is shown when the user ends that, unless a newer one replaces it.
  virtual bool show(ShownFrame frame, const LiveFigures& figures) = 0;

  /// Shows the last picture dimmed (or a dark one) with this sentence: why no frames arrive.
  virtual void show_notice(std::string_view sentence) = 0;

  /// Shows the last picture dimmed with this sentence: all frames are refused, how many, and why.
  virtual void show_refusals(std::string_view sentence) = 0;

  /// Shows the last picture again with newer figures: while no frame arrives, its age still grows.
  virtual void refresh(const LiveFigures& figures) = 0;

  /// How large the pictures are shown, in pixels; empty if they are wanted at full size.
  virtual PictureSize wanted_size() const = 0;

  /// The size in pixels in which the pictures are seen, so that the sender needs to send no more;
  /// empty if they are seen at full size or not at all, or if their size is unknown.
  virtual PictureSize shown_size() const = 0;

  /// Shows a message for a few seconds; it replaces an earlier one.
  virtual void show_message(std::string_view sentence) = 0;

  /// Shows what the recording does; nothing if it is switched off.
  virtual void show_recording(const std::optional<RecordingState>& recording) = 0;
};

/// What the user sees. Bound to the main thread, as window toolkits require.
class Display {
 public:
  Display() = default;
  Display(const Display&) = delete;
  Display& operator=(const Display&) = delete;
  virtual ~Display() = default;

  /// The part for this camera. It lives as long as the display.
  virtual CameraDisplay& camera(std::size_t index) = 0;

  /// Handles the user's actions since the last call and draws everything that was shown since;
  /// false once the user wants to quit.
  virtual bool handle_events() = 0;
};

}  // namespace jpegwire
