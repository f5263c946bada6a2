#pragma once

#include <string>
#include <string_view>

#include "viewer/display.hpp"

namespace jpegwire {

/// Shows nothing and logs the notices, for machines without a screen and for measurements.
class Headless : public Display {
 public:
  void show(Picture& picture, const LiveFigures& figures) override;

  /// Logs the sentence as a warning, once for as long as it stays the same and no frame comes.
  void show_notice(std::string_view sentence) override;

  void refresh(const LiveFigures&) override {}

  bool handle_events() override { return true; }

 private:
  std::string notice_;
};

}  // namespace jpegwire
