#include <string>
#include <string_view>
#include <vector>

#include "sender/options.hpp"
#include "support/command_lines.hpp"
#include "support/fuzzing.hpp"
#include "viewer/options/options.hpp"

// The first byte chooses the program; the lines behind it are the words of its command line. They
// are understood, or refused as wrong usage.

using namespace jpegwire;
using namespace jpegwire::test;

namespace {

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    lines.emplace_back(line);
  }
  return lines;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes input = as_input(data, size);
  const bool is_viewer = take_byte(input) == 'v';
  const std::vector<std::string> words =
      lines_of({reinterpret_cast<const char*>(input.data()), input.size()});
  const std::string error = usage_error_of([&] {
    if (is_viewer)
      parse_options("jpegwire-viewer", add_viewer_options, words);
    else
      parse_options("jpegwire-sender", add_sender_options, words);
  });
  static_cast<void>(error);
  return 0;
}
