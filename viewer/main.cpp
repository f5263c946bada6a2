#include "app/command_line.hpp"
#include "viewer/lesson/echo.hpp"
#include "viewer/options/options.hpp"
#include "viewer/output/file_commands.hpp"
#include "viewer/viewer.hpp"
#include "viewer/window/clock_window.hpp"

int main(int argc, char** argv) {
  jpegwire::CommandLine command_line(
      "jpegwire-viewer",
      "Shows a stream of JPEG frames and their age in a window. Press q to quit.\nDetects the "
      "framing of the stream: be32, le32, ascii16 or multipart.");
  jpegwire::ViewerOptions options;
  jpegwire::add_viewer_options(command_line, options);
  return command_line.run(argc, argv, [&] {
    if (options.clock) return jpegwire::run_clock(options.seconds);
    if (options.laboratory.echo) return jpegwire::run_echo(options);
    return options.asks_for_files() ? jpegwire::run_file_command(options)
                                    : jpegwire::run_viewer(options);
  });
}
