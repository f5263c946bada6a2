#pragma once

#include <asio/io_context.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "codec/time.hpp"
#include "net/framing/framing_detector.hpp"
#include "net/http/http_url.hpp"
#include "net/rtp/format/sdp.hpp"
#include "net/sockets/endpoint.hpp"
#include "net/sockets/socket_options.hpp"
#include "net/stream/stream_input.hpp"
#include "net/stream/stream_observer.hpp"

namespace jpegwire {

/// The source of a stream.
struct StreamAddress {
  std::string text;                                   // as a URL or a path, without the password
  std::variant<Endpoint, RtpSession, HttpUrl> where;  // over TCP, as datagrams, over HTTP
};

/// Whether the text can be nothing but a stream: a URL of a known kind, or an SDP file.
bool is_stream_address(std::string_view text);

/// "[tcp://]HOST[:PORT]", "rtp://ADDR:PORT", the path of an SDP file, which is read, or
/// "[http://][USER:PASSWORD@]HOST[:PORT]/PATH". Throws std::invalid_argument with a one-sentence
/// message that does not contain the password.
StreamAddress parse_stream_address(const std::string& typed);

/// Timeouts and limits for receiving a stream.
struct StreamPolicy {
  bool reconnect =
      false;  // keep trying after any failure; otherwise the first failure ends the stream
  milliseconds timeout{5000};  // the stream counts as dead when nothing was shown for so long
  std::size_t max_frame_bytes = kDefaultMaxFrameBytes;
  milliseconds snapshot_interval{10};  // the shortest between two requests for single pictures
  ReadSettings read{};                 // for byte streams; datagrams are received whole
};

/// Throws std::runtime_error if the stream cannot be received.
std::unique_ptr<StreamInput> open_stream(asio::io_context& io, const StreamAddress& address,
                                         const StreamPolicy& policy, StreamObserver& observer);

}  // namespace jpegwire
