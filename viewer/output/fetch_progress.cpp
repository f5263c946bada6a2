#include "viewer/output/fetch_progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "app/terminal_width.hpp"
#include "net/http/file_list.hpp"

namespace jpegwire {
namespace {

// Avoids a multiplication that could overflow for a file of exabytes.
double share_of(std::uint64_t have, std::uint64_t all) {
  return have >= all ? 1 : static_cast<double>(have) / static_cast<double>(all);
}

}  // namespace

FetchProgress::FetchProgress(std::FILE* out, std::string name)
    : out_(out), name_(std::move(name)), is_terminal_(::isatty(::fileno(out)) == 1) {}

void FetchProgress::show(std::uint64_t have, std::uint64_t all) {
  if (!begin_ || have < had_) tenths_ = 0;
  if (!begin_ || have <= had_) {  // the time before the first byte is not part of the transfer
    begin_ = Clock::now();
    had_ = have;
  }
  const auto tenths = static_cast<std::uint64_t>(share_of(have, all) * 10);
  const bool is_due =
      is_terminal_ ? have == all || Clock::now() - last_drawn_ > std::chrono::milliseconds(100)
                   : tenths > tenths_;
  tenths_ = tenths;
  if (is_due) draw(have, all);
}

void FetchProgress::draw(std::uint64_t have, std::uint64_t all) {
  last_drawn_ = Clock::now();
  const std::string text = figures(have, all);
  if (is_terminal_) {
    const int room = terminal_width(out_) - static_cast<int>(text.size()) - 4;
    const int width = std::clamp(room, 0, 40);
    const int filled = static_cast<int>(share_of(have, all) * width);
    put(fmt::format("\r[{:#<{}}{:<{}}] {}\033[K", "", filled, "", width - filled, text));
    has_bar_ = true;
  } else {
    put(fmt::format("{}: {}\n", name_, text));
  }
}

// If the output fails, for example on a full disk, the fetch continues.
void FetchProgress::put(const std::string& text) {
  std::fputs(text.c_str(), out_);
  std::fflush(out_);
}

std::string FetchProgress::figures(std::uint64_t have, std::uint64_t all) const {
  const double seconds = std::chrono::duration<double>(Clock::now() - *begin_).count();
  const double speed = static_cast<double>(have - had_) / std::max(seconds, 0.001);
  return fmt::format("{:3} %  {} of {}  {}/s", static_cast<int>(share_of(have, all) * 100),
                     describe_file_size(have), describe_file_size(all),
                     describe_file_size(static_cast<std::uint64_t>(speed)));
}

void FetchProgress::print(const std::string& sentence) {
  end();
  put(sentence + "\n");
}

void FetchProgress::end() {
  if (std::exchange(has_bar_, false)) put("\n");
}

}  // namespace jpegwire
