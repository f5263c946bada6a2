#pragma once

#include <string>
#include <string_view>

#include "viewer/display.hpp"

namespace jpegwire {

/// Shows nothing and logs the notices, for machines without a screen and for measurements.
class Headless : public Display, private CameraDisplay {
 public:
  CameraDisplay& camera() override { return *this; }
  bool handle_events() override { return true; }

 private:
  bool show(const ShownFrame& frame, const LiveFigures& figures) override;

  /// Logs the sentence as a warning, once for as long as it stays the same and no frame comes.
  void show_notice(std::string_view sentence) override;

  void refresh(const LiveFigures&) override {}
  void tell(std::string_view) override {}  // all that matters is in the log
  void show_recording(std::optional<std::chrono::seconds>) override {}

  std::string notice_;
};

}  // namespace jpegwire
