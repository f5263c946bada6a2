#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "pattern.hpp"

namespace fakecam {

// What a camera sees that looks at an X screen: the file in which `Xvfb -fbdir` keeps its pixels,
// in the format of xwd(1), which it changes all the time.
class Screen {
 public:
  explicit Screen(const std::string& file);
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  // The screen's top left, as much of it as the picture has room for; black where it ends, and all
  // black where the file is none of 32 bits a pixel.
  Picture look(std::uint32_t width, std::uint32_t height) const;

 private:
  std::span<const std::uint8_t> file_;
};

}  // namespace fakecam
