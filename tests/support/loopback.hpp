#pragma once

#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/write.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "codec/jpeg_layout.hpp"
#include "net/sockets/listener.hpp"
#include "net/stream/frame_sink.hpp"
#include "support/streams.hpp"

/// Both ends of a connection in one thread, which waits for events only.
namespace jpegwire::test {

using asio::ip::tcp;

/// Runs handlers until the condition holds; false after a timeout that only a hung test reaches.
inline bool run_until(asio::io_context& io, const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    io.restart();
    io.run_one_for(std::chrono::milliseconds(2));
  }
  return true;
}

/// Runs all ready handlers.
inline void run_ready(asio::io_context& io) {
  io.restart();
  io.poll();
}

/// The size of a frame that does not fit into the buffers of a connection whose other end does not
/// read.
inline constexpr std::size_t kMoreThanBuffers = 7'000'000;

/// A frame of at least this number of bytes, not encoded by us.
inline std::shared_ptr<EncodedFrame> make_frame(std::uint32_t sequence, std::size_t size = 0) {
  auto frame = std::make_shared<EncodedFrame>();
  const ByteVector jpeg = encode_plainly(make_bgr(32, 48, sequence % 7), {.restart = "1"});
  frame->storage.push_back(size < jpeg.size() + 4 ? jpeg : stuffed(jpeg, size));
  if (validate(*frame) != JpegVerdict::ok) throw std::logic_error("no JPEG");
  frame->sequence = sequence;
  frame->capture_time = wall_now();
  return frame;
}

/// The other end, which reads only when the test calls it.
class Peer {
 public:
  explicit Peer(asio::io_context& io) : socket_(io) {}
  Peer(asio::io_context& io, const Endpoint& endpoint) : socket_(io) { connect(endpoint); }

  /// Connects from this address.
  Peer(asio::io_context& io, const Endpoint& endpoint, const std::string& from) : socket_(io) {
    const auto address = asio::ip::make_address(from);
    socket_.open(address.is_v6() ? tcp::v6() : tcp::v4());
    socket_.bind(tcp::endpoint(address, 0));
    connect(endpoint);
  }

  void connect(const Endpoint& endpoint) {
    socket_.connect(tcp::endpoint(asio::ip::make_address(endpoint.host), endpoint.port));
    socket_.non_blocking(true);
  }

  void accept(tcp::acceptor& acceptor) {
    acceptor.accept(socket_);
    socket_.non_blocking(true);
  }

  /// Reads all available bytes.
  void pump() {
    std::array<std::byte, 65536> buffer;
    std::error_code error;
    while (!closed_) {
      const std::size_t size = socket_.read_some(asio::buffer(buffer), error);
      received_.insert(received_.end(), buffer.begin(),
                       buffer.begin() + static_cast<std::ptrdiff_t>(size));
      if (error == asio::error::would_block) return;
      closed_ = static_cast<bool>(error);
      in_order_ = error == asio::error::eof;
    }
  }

  bool is_closed() {
    pump();
    return closed_;
  }

  /// It saw an end of stream rather than a reset.
  bool closed_in_order() { return is_closed() && in_order_; }

  const ByteVector& received() {
    pump();
    return received_;
  }

  /// The frames of the stream so far.
  Outcome outcome() { return feed(received(), kDefaultMaxFrameBytes, whole()); }

  std::size_t frames() { return outcome().frames.size(); }

  /// With sizes that fit into the socket's buffers.
  void send(Bytes bytes) {
    std::error_code ignored;
    asio::write(socket_, asio::buffer(bytes.data(), bytes.size()), ignored);
  }

  void close_sending() {
    std::error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
  }

  tcp::socket& socket() { return socket_; }

 private:
  tcp::socket socket_;
  ByteVector received_;
  bool closed_ = false;
  bool in_order_ = false;
};

inline JpegLayout layout_of(Bytes jpeg) {
  JpegLayout layout;
  if (validate_jpeg(jpeg, layout) != JpegVerdict::ok) throw std::logic_error("no JPEG");
  return layout;
}

inline FrameStamp stamp_of(Bytes jpeg) { return find_stamp(layout_of(jpeg).header).value(); }

/// The JPEG that was sent with a stamp.
inline ByteVector without_stamp(Bytes jpeg) {
  const HeaderAroundStamp header = cut_at_stamp(jpeg.subspan(2));
  ByteVector bytes(jpeg.begin(), jpeg.begin() + 2);
  append(bytes, header.front);
  append(bytes, header.rest);
  return bytes;
}

}  // namespace jpegwire::test
