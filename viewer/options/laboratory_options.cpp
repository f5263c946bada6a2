#include "viewer/options/laboratory_options.hpp"

#include <spdlog/spdlog.h>

#include <stdexcept>

#include "app/command_line.hpp"
#include "net/echo/echo_message.hpp"

namespace jpegwire {
namespace {

constexpr int kLeastUsefulReceiveBuffer = 16384;
constexpr std::int64_t kMostBytes = std::int64_t{64} << 20;

std::vector<const CLI::Option*> add_levers(CLI::App& app, ReadSettings& read) {
  return {app.add_option("--read-size", read.most_bytes,
                         "The most that one recv asks for [65536 at the beginning of a\nframe, "
                         "then the rest of it]")
              ->check(is_whole_number_within(1, kMostBytes))
              ->type_name("BYTES"),
          app.add_option("--receive-buffer", read.buffer_bytes,
                         "The socket's receive buffer, SO_RCVBUF [the system's]")
              ->check(is_whole_number_within(1, kMostBytes))
              ->type_name("BYTES")};
}

}  // namespace

void add_echo_options(CLI::App& app, LaboratoryOptions& options) {
  add_parsed_option(
      app, "--echo", [&](const std::string& url) { options.echo = parse_tcp_url(url); },
      "Watch nothing: measure round trips to a sender with --echo")
      ->type_name("tcp://HOST:PORT");
  app.add_option(
         "--size-max", options.largest_echo_bytes,
         "With --echo: the largest message; the others are 4, 8, 16\nbytes and so on [16777216]")
      ->check(is_whole_number_within(4, static_cast<std::int64_t>(EchoMessage::kLargest)))
      ->type_name("BYTES");
  add_parsed_option(
      app, "--plot",
      [&](const std::string& file) {
        if (!file.ends_with(".png")) throw std::invalid_argument("name the plot .png");
        options.plot_file = file;
      },
      "With --echo: draw how time and reads grow with the size,\nin place of a file that is there")
      ->type_name("FILE.png");
}

void check_echo_options(const CLI::App& app, const LaboratoryOptions& options) {
  for (const char* name : {"--size-max", "--plot"})
    if (app.count(name) > 0 && !options.echo)
      throw CLI::ValidationError(std::string(name) + " is about --echo: add it");
  if (options.echo)
    require_effect(app, "--echo",
                   {"--size-max", "--plot", "--read-size", "--receive-buffer", "--timeout",
                    "--seconds", "--summary", "--headless"});
}

void warn_of_levers(const ReadSettings& read) {
  if (read.buffer_bytes && *read.buffer_bytes < kLeastUsefulReceiveBuffer)
    spdlog::warn(
        "--receive-buffer {} is so small that TCP stops and starts for each piece, and a frame may "
        "take seconds; from about {} on it flows",
        *read.buffer_bytes, kLeastUsefulReceiveBuffer);
}

std::vector<const CLI::Option*> add_laboratory_options(CLI::App& app, LaboratoryOptions& options) {
  std::vector<const CLI::Option*> all = add_levers(app, options.read);
  all.push_back(app.add_flag("--trace", options.trace,
                             "Show in the window which read brought which part of a frame\n"
                             "(key t)"));
  all.push_back(app.add_option("--trace-file", options.trace_file,
                               "Write the reads of each frame, a line of JSON for each")
                    ->type_name("FILE"));
  all.push_back(app.add_flag("--explain", options.explain,
                             "Tell at the end what the reads were, and what a reader would\n"
                             "have got that takes one read for one frame"));
  all.push_back(app.add_flag("--naive", options.naive,
                             "Be that reader: what did not come in one read stays grey"));
  return all;
}

}  // namespace jpegwire
