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

/// Where a stream comes from.
struct StreamAddress {
  std::string text;                                   // as its user wrote it, but for a password
  std::variant<Endpoint, RtpSession, HttpUrl> where;  // over TCP, as datagrams, over HTTP
};

/// Whether the text names a stream: a URL, or an SDP file.
bool is_stream_address(std::string_view text);

/// "tcp://HOST[:PORT]", "rtp://ADDR:PORT", the path of an SDP file, which is read, or
/// "http://HOST[:PORT]/PATH". Throws std::invalid_argument with a sentence.
StreamAddress parse_stream_address(const std::string& text);

/// How long a stream is waited for, and what it may cost.
struct StreamPolicy {
  bool reconnect = false;      // try on whatever happens; else the first failure ends the stream
  milliseconds timeout{5000};  // without a frame for so long the sender is taken for dead
  std::size_t max_frame_bytes = kDefaultMaxFrameBytes;
  ReadSettings read{};  // for streams of bytes; datagrams come whole
};

/// Throws std::runtime_error where the stream cannot be received.
std::unique_ptr<StreamInput> open_stream(asio::io_context& io, const StreamAddress& address,
                                         const StreamPolicy& policy, StreamObserver& observer);

}  // namespace jpegwire
