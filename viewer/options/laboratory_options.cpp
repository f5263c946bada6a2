#include "viewer/options/laboratory_options.hpp"

#include <spdlog/spdlog.h>

#include <stdexcept>

#include "app/command_line.hpp"
#include "net/echo/echo_message.hpp"

namespace jpegwire {
namespace {

constexpr int kMinUsefulReceiveBuffer = 16384;
constexpr std::int64_t kMaxBytes = std::int64_t{64} << 20;

std::vector<const CLI::Option*> add_read_options(CLI::App& app, ReadSettings& read) {
  return {
      app.add_option("--read-size", read.max_bytes,
                     "The maximum size of one recv [65536 at the beginning of a\nframe, then the "
                     "rest of the frame]")
          ->check(is_whole_number_within(1, kMaxBytes))
          ->type_name("BYTES"),
      app.add_option("--receive-buffer", read.buffer_bytes,
                     "The socket's receive buffer, SO_RCVBUF [system default]")
          ->check(is_whole_number_within(1, kMaxBytes))
          ->type_name("BYTES")};
}

}  // namespace

void add_echo_options(CLI::App& app, LaboratoryOptions& options) {
  add_parsed_option(
      app, "--echo", [&](const std::string& url) { options.echo = parse_tcp_url(url); },
      "Do not watch a stream; measure round trips to a sender that was\nstarted with --echo")
      ->type_name("tcp://HOST:PORT");
  app.add_option(
         "--size-max", options.max_echo_bytes,
         "With --echo: the largest message; the others have 4, 8, 16\nbytes and so on [16777216]")
      ->check(is_whole_number_within(4, static_cast<std::int64_t>(EchoMessage::kLargest)))
      ->type_name("BYTES");
  add_parsed_option(
      app, "--plot",
      [&](const std::string& file) {
        if (!file.ends_with(".png"))
          throw std::invalid_argument("the file name must end with .png");
        options.plot_file = file;
      },
      "With --echo: plot time and reads against the message size;\nreplaces an existing file")
      ->type_name("FILE.png");
}

void check_echo_options(const CLI::App& app, const LaboratoryOptions& options) {
  for (const char* name : {"--size-max", "--plot"})
    if (app.count(name) > 0 && !options.echo)
      throw CLI::ValidationError(std::string(name) + " requires --echo");
  if (options.echo)
    require_effect(app, "--echo",
                   {"--size-max", "--plot", "--read-size", "--receive-buffer", "--timeout",
                    "--seconds", "--summary", "--headless"});
}

void warn_of_small_buffer(const ReadSettings& read) {
  if (read.buffer_bytes && *read.buffer_bytes < kMinUsefulReceiveBuffer)
    spdlog::warn(
        "--receive-buffer {} is so small that TCP stalls after each segment and a frame may take "
        "seconds; use at least {}",
        *read.buffer_bytes, kMinUsefulReceiveBuffer);
}

std::vector<const CLI::Option*> add_laboratory_options(CLI::App& app, LaboratoryOptions& options) {
  std::vector<const CLI::Option*> all = add_read_options(app, options.read);
  all.push_back(app.add_flag("--trace", options.trace,
                             "Show in the window which read returned which part of a frame\n"
                             "(key t)"));
  all.push_back(app.add_option("--trace-file", options.trace_file,
                               "Write the reads of each frame as one line of JSON")
                    ->type_name("FILE"));
  all.push_back(app.add_flag("--explain", options.explain,
                             "At the end, print a report about the reads, and what a reader\nthat "
                             "treats one read as one frame would have received"));
  all.push_back(app.add_flag("--naive", options.naive,
                             "Decode like that reader: bytes after the first read of a frame\nare "
                             "missing, and their part of the picture is grey"));
  return all;
}

}  // namespace jpegwire
