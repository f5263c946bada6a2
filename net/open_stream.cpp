#include "net/open_stream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "app/nearest_word.hpp"
#include "app/text.hpp"
#include "net/rtp/rtp_receiver.hpp"
#include "net/tcp/stream_client.hpp"

namespace jpegwire {
namespace {

constexpr std::string_view kSdpEnding = ".sdp";
constexpr std::string_view kKnownStreams =
    "a stream is tcp://HOST[:PORT], http://HOST[:PORT]/PATH, rtp://ADDR:PORT, or an SDP file";

bool is_url(std::string_view text) { return text.find("://") != std::string_view::npos; }

bool is_sdp_file(std::string_view text) {
  return !is_url(text) && text.size() >= kSdpEnding.size() &&
         equal_ignoring_case(text.substr(text.size() - kSdpEnding.size()), kSdpEnding);
}

/// What to do instead with a URL of this scheme.
std::string advice_for(std::string_view scheme, std::string_view rest) {
  if (scheme == "https") return "TLS is not supported; use http:// if the camera has it";
  // Other players write an @ in front of the address on which they listen.
  if (scheme == "udp")
    return fmt::format("frames over UDP are received as RTP; use rtp://{}",
                       rest.substr(rest.rfind('@') + 1));
  if (scheme == "rtsp" || scheme == "rtsps")
    return "RTSP is not supported; most such cameras have an MJPEG stream over http://, too";
  // One that begins differently, such as ftp, is meant as it is.
  const std::string nearest = nearest_word(scheme, {"tcp", "http", "rtp"});
  return !nearest.starts_with(scheme.substr(0, 1)) || nearest.empty()
             ? std::string(kKnownStreams)
             : fmt::format("{}; did you mean {}://{}?", kKnownStreams, nearest,
                           without_password(rest));
}

[[noreturn]] void refuse_scheme(std::string_view url) {
  const std::size_t end = url.find("://");
  const std::string scheme = lower(url.substr(0, end));
  throw std::invalid_argument(fmt::format("'{}' cannot be watched: {}", without_password(url),
                                          advice_for(scheme, url.substr(end + 3))));
}

/// Whether something follows HOST[:PORT] or precedes it that only http:// has: a path, a query, or
/// a user and password.
bool is_http_url_without_scheme(std::string_view text) {
  return !is_url(text) && text.find_first_of("/?@") != std::string_view::npos;
}

/// The path of a file.
bool is_no_address(std::string_view text) {
  return text.starts_with('/') || text.starts_with('.') || text.starts_with('~');
}

/// "http:camera" and "http:/camera" have too few slashes.
void require_slashes(std::string_view text) {
  const std::size_t colon = std::min(text.find(':'), text.size());
  const std::string scheme = lower(text.substr(0, colon));
  const bool is_known = scheme == "tcp" || scheme == "http" || scheme == "rtp";
  if (is_url(text) || colon == text.size()) return;
  std::string_view rest = text.substr(colon + 1);
  if (!is_known && !rest.starts_with('/')) return;
  rest.remove_prefix(std::min(rest.find_first_not_of('/'), rest.size()));
  throw std::invalid_argument(fmt::format(
      "'{}' lacks the // behind the ':'; {}{}", without_password(text), kKnownStreams,
      is_known ? fmt::format("; did you mean {}://{}?", scheme, without_password(rest)) : ""));
}

StreamAddress over_http(std::string_view text) {
  const HttpUrl url = parse_http_url(text);
  return {to_string(url), url};
}

StreamAddress over_tcp(std::string_view text) {
  const Endpoint endpoint = parse_tcp_address(text);
  return {to_tcp_url(endpoint), endpoint};
}

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

StreamAddress parse_stream_address(const std::string& typed) {
  const std::string text(trimmed(typed));
  if (is_http_url(text)) return over_http(text);
  if (is_sdp_file(text)) return {text, read_sdp_file(text)};
  if (is_rtp_url(text)) {
    const Endpoint endpoint = parse_rtp_url(text);
    return {text, RtpSession{.address = endpoint.host, .port = endpoint.port}};
  }
  if (is_tcp_url(text)) return over_tcp(text);
  if (is_url(text)) refuse_scheme(text);
  if (is_no_address(text))
    throw std::invalid_argument(fmt::format("'{}' is not the address of a stream; {}",
                                            without_password(text), kKnownStreams));
  require_slashes(text);
  return is_http_url_without_scheme(text) ? over_http("http://" + text) : over_tcp(text);
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
