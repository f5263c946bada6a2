#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <string>

#include "net/framing/frame_assembler.hpp"
#include "net/http/stream_request.hpp"
#include "net/sockets/dialer.hpp"
#include "net/sockets/listener.hpp"
#include "net/sockets/socket_options.hpp"
#include "net/stream/clock_offset.hpp"
#include "net/stream/stream_input.hpp"
#include "net/stream/stream_observer.hpp"
#include "net/stream/viewer_report.hpp"

namespace jpegwire {

struct StreamClientSettings {
  Endpoint endpoint;
  std::optional<HttpUrl> http{};  // ask this server for the stream; the endpoint is its
  bool listen = false;            // wait for a sender that connects, rather than connect to one
  bool reconnect = false;         // try on whatever happens; else the first failure ends the stream
  milliseconds timeout{5000};     // without a frame for so long the connection is taken for dead
  std::size_t max_frame_bytes = kDefaultMaxFrameBytes;
  ReadSettings read{};
};

/// The receiving end of a stream over TCP: connects (or accepts), asks for it where the sender is
/// an HTTP server, reads whatever is there without ever waiting for who decodes it, makes frames of
/// it, checks them and hands them to the observer. To a sender whose frames carry a stamp it
/// reports its time, which makes the age of a frame known across machines. Bound to the io thread;
/// must outlive the io context's run.
class StreamClient final : public StreamInput {
 public:
  /// Throws std::runtime_error where it cannot listen.
  StreamClient(asio::io_context& io, StreamClientSettings settings, StreamObserver& observer);

  void start() override;

  /// Where it connects to or listens, with the port that the system chose where it was 0.
  std::string url() const override;

  /// Whether it listens where others than this machine can reach it.
  bool is_public() const override { return listener_ && listener_->is_public(); }

  /// The sender sees an end of stream before the connection closes.
  void stop() override;

 private:
  void begin_session(asio::ip::tcp::socket socket);
  void ask_for_stream();
  std::span<std::byte> space_for_read();
  FrameAssembler::Settings assembler_settings() const;
  void do_read();
  void take_answer(std::size_t size);
  void take_frames();
  void take_bytes(std::size_t size);
  void take_frame();
  void do_report();
  void read_ended(std::error_code error);
  void end_session(bool in_order, const std::string& sentence);
  void do_watch_for_frames();
  void no_frame_came();
  void could_not_connect(std::error_code error);
  void seek_sender();
  void fail(const std::string& sentence);
  void do_drain();
  void close();

  StreamClientSettings settings_;
  StreamObserver& observer_;
  std::optional<Listener> listener_;
  std::optional<Dialer> dialer_;
  asio::ip::tcp::socket socket_;
  asio::steady_timer silence_;  // since the last frame
  asio::steady_timer farewell_;

  ObjectPool<ReceivedFrame> frames_;
  std::optional<StreamRequest> request_;
  bool awaits_answer_ = false;
  std::optional<FrameAssembler> assembler_;
  ClockOffset clock_;
  WallTime last_report_{};
  bool reports_are_read_ = true;
  std::array<std::byte, kReportSizeBytes> report_{};
  std::uint64_t frames_received_ = 0;
  std::uint64_t session_frames_ = 0;
  unsigned session_ = 0;      // tells the handler of an earlier connection that it is over
  std::string last_trouble_;  // the sentence for when the timeout ends
  bool stopped_ = false;
};

}  // namespace jpegwire
