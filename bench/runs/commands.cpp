#include "bench/runs/commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "app/text.hpp"
#include "bench/runs/fake_camera.hpp"
#include "net/sockets/endpoint.hpp"

namespace jpegwire {
namespace {

void append(Command& command, std::initializer_list<std::string> words) {
  command.insert(command.end(), words);
}

// All viewers connect from one address, and the sender limits HTTP connections per address. The
// request for statistics needs one connection more.
void append_http(Command& command, const Case& one, const SenderEnds& ends) {
  append(command, {"--http", to_string(Endpoint{ends.listen_address, ends.http_port})});
  if (one.transport != Transport::http) return;
  const std::string most = std::to_string(one.viewers + 8);
  append(command, {"--http-connections", most, "--http-per-address", most});
}

// The same over TCP. Senders of earlier versions have no such options, and served as many viewers
// as need none today.
void append_tcp(Command& command, const Case& one, const SenderEnds& ends) {
  constexpr int kMaxByDefault = 32;
  const bool is_tcp = one.transport == Transport::tcp;
  append(command,
         {"--tcp", is_tcp ? to_string(Endpoint{ends.listen_address, ends.tcp_port}) : "off"});
  if (!is_tcp || one.viewers <= kMaxByDefault) return;
  const std::string most = std::to_string(one.viewers);
  append(command, {"--tcp-connections", most, "--tcp-per-address", most});
}

bool is_plain(const std::string& word) {
  constexpr std::string_view kHarmless =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:,=+%@";
  return !word.empty() && word.find_first_not_of(kHarmless) == std::string::npos;
}

std::string quoted(const std::string& word) {
  if (is_plain(word)) return word;
  std::string result = "'";
  for (const char letter : word) result += letter == '\'' ? "'\\''" : std::string(1, letter);
  return result + "'";
}

}  // namespace

Command sender_command(const std::string& program, const Case& one, const SenderEnds& ends,
                       const std::vector<std::string>& more) {
  Command command{program, "--source",
                  is_camera(one.source) ? camera_device(one.source) : one.source};
  if (is_camera(one.source) && !gives_jpegs(one.source)) append(command, {"--passthrough", "off"});
  std::error_code ignored;
  if (std::filesystem::is_regular_file(one.source, ignored))
    append(command, {"--loop"});  // it may be shorter than a run
  if (one.size) append(command, {"--size", describe_size(one.size)});
  append(command, {"--fps", fmt::format("{}", one.frames_per_second), "--quality",
                   std::to_string(one.quality), "--threads", std::to_string(one.threads)});
  append_tcp(command, one, ends);
  append_http(command, one, ends);
  for (const std::uint16_t port : ends.rtp_ports)
    append(command, {"--rtp", to_string(Endpoint{ends.viewer_address, port})});
  append(command, {"--summary", "-"});
  command.insert(command.end(), more.begin(), more.end());
  return command;
}

Command viewer_command(const std::string& program, const Case& one, const std::string& url,
                       const ViewerTimes& times, const std::vector<std::string>& more) {
  Command command{program,     url,
                  "--threads", std::to_string(one.threads),
                  "--warm-up", fmt::format("{}", times.warm_up_seconds)};
  if (times.seconds > 0) append(command, {"--seconds", fmt::format("{}", times.seconds)});
  append(command, {"--timeout", "30", "--summary", "-"});
  if (!one.window) append(command, {"--headless"});
  if (one.optical) append(command, {"--optical"});
  if (one.has_schedule()) append(command, {"--timeline"});
  command.insert(command.end(), more.begin(), more.end());
  return command;
}

std::string to_shell(const Command& command) {
  std::string text;
  for (const std::string& word : command) {
    const bool is_url = word.find("://") != std::string::npos;
    text += (text.empty() ? "" : " ") + quoted(is_url ? without_password(word) : word);
  }
  return text;
}

}  // namespace jpegwire
