#include "net/open_stream.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "net/rtp/rtp_receiver.hpp"
#include "net/tcp/stream_client.hpp"

namespace jpegwire {
namespace {

bool is_sdp_file(std::string_view text) { return text.ends_with(".sdp"); }

std::string read_start(const std::string& path, std::size_t max_bytes) {
  std::ifstream file(path, std::ios::binary);
  std::string text(max_bytes, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.is_open() || file.bad())
    throw std::invalid_argument(
        fmt::format("cannot read '{}': {}", path, std::generic_category().message(errno)));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

RtpSession read_sdp_file(const std::string& path) {
  const SdpResult result = read_sdp(read_start(path, kMaxSdpSizeBytes + 1));
  if (!result.session)
    throw std::invalid_argument(fmt::format("'{}' cannot be watched: {}", path, result.error));
  return *result.session;
}

}  // namespace

bool is_stream_address(std::string_view text) {
  return is_tcp_url(text) || is_rtp_url(text) || is_sdp_file(text) || is_http_url(text);
}

StreamAddress parse_stream_address(const std::string& text) {
  if (is_http_url(text)) {
    const HttpUrl url = parse_http_url(text);
    return {to_string(url), url};
  }
  if (is_sdp_file(text)) return {text, read_sdp_file(text)};
  if (!is_rtp_url(text)) return {text, parse_tcp_url(text)};
  const Endpoint endpoint = parse_rtp_url(text);
  return {text, RtpSession{.address = endpoint.host, .port = endpoint.port}};
}

std::unique_ptr<StreamInput> open_stream(asio::io_context& io, const StreamAddress& address,
                                         const StreamPolicy& policy, StreamObserver& observer) {
  if (const auto* session = std::get_if<RtpSession>(&address.where))
    return std::make_unique<RtpReceiver>(
        io,
        RtpReceiverSettings{.session = *session,
                            .url = address.text,
                            .reconnect = policy.reconnect,
                            .timeout = policy.timeout,
                            .max_frame_bytes = policy.max_frame_bytes},
        observer);
  StreamClientSettings settings;
  settings.reconnect = policy.reconnect;
  settings.timeout = policy.timeout;
  settings.max_frame_bytes = policy.max_frame_bytes;
  settings.snapshot_interval = policy.snapshot_interval;
  settings.read = policy.read;
  if (const auto* url = std::get_if<HttpUrl>(&address.where)) {
    settings.http = *url;
    settings.endpoint = url->endpoint;
  } else {
    settings.endpoint = std::get<Endpoint>(address.where);
  }
  return std::make_unique<StreamClient>(io, std::move(settings), observer);
}

}  // namespace jpegwire
