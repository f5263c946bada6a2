#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "viewer/camera/display.hpp"

namespace jpegwire {

/// Shows no pictures and logs the notices, for machines without a screen and for measurements.
class Headless : public Display {
 public:
  explicit Headless(std::size_t cameras) : logs_(cameras) {}

  CameraDisplay& camera(std::size_t index) override { return logs_.at(index); }
  bool handle_events() override { return true; }

 private:
  class Log : public CameraDisplay {
   public:
    bool show(ShownFrame frame, const LiveFigures& figures) override;

    /// Logs the sentence as a warning, but not again until it changes or a frame arrives.
    void show_notice(std::string_view sentence) override;

    void refresh(const LiveFigures&) override {}
    PictureSize wanted_size() const override { return {}; }
    void show_message(std::string_view) override {}  // the log has it already
    void show_recording(std::optional<std::chrono::seconds>) override {}

   private:
    std::string notice_;
  };

  std::deque<Log> logs_;
};

}  // namespace jpegwire
