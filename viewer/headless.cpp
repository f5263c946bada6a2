#include "viewer/headless.hpp"

#include <spdlog/spdlog.h>

namespace jpegwire {

void Headless::show(Picture&, const LiveFigures&) { notice_.clear(); }

void Headless::show_notice(std::string_view sentence) {
  if (sentence == notice_) return;
  notice_ = sentence;
  spdlog::warn("{}", sentence);
}

}  // namespace jpegwire
