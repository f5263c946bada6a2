#include "app/command_line.hpp"
#include "sender/echo.hpp"
#include "sender/options.hpp"
#include "sender/sender.hpp"

int main(int argc, char** argv) {
  jpegwire::CommandLine command_line(
      "jpegwire-sender",
      "Streams a camera, a file or a test card to viewers as JPEG frames.\nA slow viewer receives "
      "fewer frames, never old ones.");
  jpegwire::SenderOptions options;
  jpegwire::add_sender_options(command_line, options);
  return command_line.run(argc, argv, [&] {
    return options.echo ? jpegwire::run_echo(options) : jpegwire::run_sender(options);
  });
}
