#include "viewer/headless.hpp"

#include <spdlog/spdlog.h>

namespace jpegwire {

bool Headless::Log::show(ShownFrame, const LiveFigures&) {
  notice_.clear();
  return true;
}

void Headless::Log::show_notice(std::string_view sentence) {
  if (sentence == notice_) return;
  notice_ = sentence;
  spdlog::warn("{}", sentence);
}

}  // namespace jpegwire
