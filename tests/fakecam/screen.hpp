#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "pattern.hpp"

namespace fakecam {

// The view of a camera in front of an X screen: the file in which `Xvfb -fbdir` keeps its pixels,
// in the format of xwd(1), which changes all the time.
class Screen {
 public:
  explicit Screen(const std::string& file);
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  // The top left part of the screen, of the picture's size; black beyond the screen's edge, and all
  // black unless the file has 32 bits per pixel.
  Picture look(std::uint32_t width, std::uint32_t height) const;

 private:
  std::span<const std::uint8_t> file_;
};

}  // namespace fakecam
