#include "viewer/options/laboratory_options.hpp"

#include <spdlog/spdlog.h>

#include <stdexcept>

#include "app/command_line.hpp"
#include "net/echo/echo_message.hpp"

namespace jpegwire {
namespace {

constexpr int kMinUsefulReceiveBuffer = 16384;
constexpr std::int64_t kMaxBytes = std::int64_t{64} << 20;

std::vector<Option> add_read_options(CommandLine& command_line, ReadSettings& read) {
  return {
      command_line.add_whole_number(
          "--read-size", "BYTES", read.max_bytes, {1, kMaxBytes},
          "The maximum size of one recv [65536 at the beginning of a\nframe, then the "
          "rest of the frame]"),
      command_line.add_whole_number("--receive-buffer", "BYTES", read.buffer_bytes, {1, kMaxBytes},
                                    "The socket's receive buffer, SO_RCVBUF [system default]")};
}

}  // namespace

void add_echo_options(CommandLine& command_line, LaboratoryOptions& options) {
  command_line.add(
      "--echo", "HOST[:PORT]",
      [&](const std::string& url) { options.echo = parse_tcp_address(url); },
      "Do not watch a stream; measure round trips to a sender that was\nstarted with --echo");
  command_line.add_whole_number(
      "--size-max", "BYTES", options.max_echo_bytes,
      {4, static_cast<std::int64_t>(EchoMessage::kLargest)},
      "With --echo: the largest message; the others have 4, 8, 16\nbytes and so on [16777216]");
  command_line.add(
      "--plot", "FILE.png",
      [&](const std::string& file) {
        if (!file.ends_with(".png"))
          throw std::invalid_argument("the file name must end with .png");
        options.plot_file = file;
      },
      "With --echo: plot time and reads against the message size;\nreplaces an existing file");
}

void check_echo_options(const CommandLine& command_line, const LaboratoryOptions& options) {
  for (const char* name : {"--size-max", "--plot"})
    if (command_line.count(name) > 0 && !options.echo)
      throw UsageError(std::string(name) + " requires --echo");
  if (options.echo)
    command_line.require_effect(
        "--echo", {"--size-max", "--plot", "--read-size", "--receive-buffer", "--timeout",
                   "--seconds", "--summary", "--headless"});
}

void warn_of_small_buffer(const ReadSettings& read) {
  if (read.buffer_bytes && *read.buffer_bytes < kMinUsefulReceiveBuffer)
    spdlog::warn(
        "--receive-buffer {} is so small that TCP stalls after each segment and a frame may take "
        "seconds; use at least {}",
        *read.buffer_bytes, kMinUsefulReceiveBuffer);
}

std::vector<Option> add_laboratory_options(CommandLine& command_line, LaboratoryOptions& options) {
  std::vector<Option> all = add_read_options(command_line, options.read);
  all.push_back(
      command_line.add_flag("--trace", options.trace,
                            "Show in the window which read returned which part of a frame\n"
                            "(key t)"));
  all.push_back(command_line.add_file("--trace-file", "FILE", options.trace_file,
                                      "Write the reads of each frame as one line of JSON"));
  all.push_back(
      command_line.add_flag("--explain", options.explain,
                            "At the end, print a report about the reads, and what a reader\nthat "
                            "treats one read as one frame would have received"));
  all.push_back(
      command_line.add_flag("--naive", options.naive,
                            "Decode like that reader: bytes after the first read of a frame\nare "
                            "missing, and their part of the picture is grey"));
  return all;
}

}  // namespace jpegwire
