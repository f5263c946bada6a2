#pragma once

#include <memory>
#include <string_view>

#include "codec/frame.hpp"
#include "viewer/frame_arrival.hpp"
#include "viewer/live_figures.hpp"

namespace jpegwire {

/// Where pictures go. Bound to the main thread: window toolkits want it so.
class Display {
 public:
  Display() = default;
  Display(const Display&) = delete;
  Display& operator=(const Display&) = delete;
  virtual ~Display() = default;

  /// How the picture that is shown next came over a stream of bytes; null where that is not known.
  virtual void note_arrival(const std::shared_ptr<const FrameArrival>& arrival) {
    static_cast<void>(arrival);
  }

  /// Shows the picture and draws the figures over it. It may draw into the picture, and keep its
  /// pixels and leave other ones in their place.
  virtual void show(Picture& picture, const LiveFigures& figures) = 0;

  /// Shows the last picture dimmed (or a dark one), with the sentence in it: why no frame comes.
  virtual void show_notice(std::string_view sentence) = 0;

  /// Shows the last picture again with newer figures: while no frame comes, its age still grows.
  virtual void refresh(const LiveFigures& figures) = 0;

  /// Handles what the user did since the last call; false once the user wants to quit.
  virtual bool handle_events() = 0;
};

}  // namespace jpegwire
