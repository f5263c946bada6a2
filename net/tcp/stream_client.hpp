#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <memory>
#include <optional>
#include <string>

#include "net/framing/frame_assembler.hpp"
#include "net/http/http_body.hpp"
#include "net/http/stream_request.hpp"
#include "net/sockets/deadline.hpp"
#include "net/sockets/dialer.hpp"
#include "net/sockets/listener.hpp"
#include "net/sockets/silence_watch.hpp"
#include "net/sockets/socket_options.hpp"
#include "net/stream/clock_offset.hpp"
#include "net/stream/stream_input.hpp"
#include "net/stream/stream_observer.hpp"
#include "net/stream/viewer_report.hpp"
#include "net/tcp/http_probe.hpp"

namespace jpegwire {

struct StreamClientSettings {
  Endpoint endpoint;
  std::optional<HttpUrl> http{};  // request the stream from this server, which the endpoint names
  bool listen = false;            // wait for a sender to connect instead of connecting to one
  bool reconnect =
      false;  // keep trying after any failure; otherwise the first failure ends the stream
  milliseconds timeout{5000};  // the stream counts as dead when nothing was shown for so long
  std::size_t max_frame_bytes = kDefaultMaxFrameBytes;
  milliseconds snapshot_interval{10};  // the shortest, if the server sends one picture per request
  ReadSettings read{};
};

/// The receiving end of a stream over TCP: connects (or accepts), requests the stream if the sender
/// is an HTTP server, reads without ever waiting for the decoder, assembles and validates frames,
/// and passes them to the observer. If the frames carry a stamp, it reports each to the sender,
/// with its time, so that the age of frames is known across machines. If an HTTP server answers
/// with a single picture, the next one is requested; from then on, an answer without a picture is
/// followed by another request, and only the timeout ends the stream. The client recognizes HTTP
/// behind a tcp:// address, and frames without HTTP behind an http:// address. Bound to the io
/// thread; must outlive the io context's run.
class StreamClient final : public StreamInput {
 public:
  /// Throws std::runtime_error if it cannot listen.
  StreamClient(asio::io_context& io, StreamClientSettings settings, StreamObserver& observer);

  void start() override;

  /// The endpoint that it connects to or listens on, with the port that the system chose if it was
  /// 0.
  std::string url() const override;

  /// Whether it listens on an address that other machines can reach.
  bool is_public() const override { return listener_ && listener_->is_public(); }

  /// Ends the stream in order: the sender receives FIN before the connection closes.
  void stop() override;

 private:
  /// What is wrong, as a sentence about the stream: it may name its URL or refer to it.
  struct Trouble {
    std::string before;  // the name
    std::string after;

    std::string about(std::string_view name) const { return before + std::string(name) + after; }
    bool operator==(const Trouble&) const = default;
  };

  void begin_session(asio::ip::tcp::socket socket);
  bool gives_way() const;
  void begin_stream();
  void ask_for_stream();
  std::span<std::byte> space_for_read();
  FrameAssembler::Settings assembler_settings() const;
  void do_read();
  void take_read(std::span<std::byte> space, std::size_t size);
  void take_bytes(std::span<std::byte> bytes, WallTime now);
  void take_answer(std::size_t size);
  void accept_answer();
  void take_not_http();
  void use_http();
  void use_tcp();
  void dial_again();
  void take_frames();
  void need_more();
  void take_frame();
  void take_last_frame();
  void report(const ReceivedFrame& frame);
  void send_report(Bytes report);
  void read_ended(std::error_code error);
  void stream_closed();
  void end_without_picture();
  void fetch_next();
  void fetch_later();
  void prepare_fetch();
  void fail_to_read(const std::string& why);
  void end_session(bool in_order, const Trouble& trouble);
  void reset_request();
  void refuse_answer();
  void nothing_was_shown();
  std::string describe_silence() const;
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
  SilenceWatch silence_;
  Deadline farewell_;
  Deadline refusal_;                // for the text of an error answer
  Deadline next_fetch_;             // of a snapshot
  std::optional<HttpProbe> probe_;  // of a server that sends nothing

  ObjectPool<ReceivedFrame> frames_;
  std::optional<StreamRequest> request_;  // if the server speaks HTTP
  bool awaits_answer_ = false;
  bool awaits_refusal_ = false;   // the rest of its text
  std::optional<HttpBody> body_;  // of the answer
  std::optional<FrameAssembler> assembler_;
  std::uint64_t bytes_in_body_ = 0;
  std::uint64_t frames_in_body_ = 0;
  bool is_snapshot_ = false;     // the server sends one picture per request
  bool is_refetch_ = false;      // the connection is for the next of them
  SteadyTime begin_{};           // of the connection
  SteadyTime fetch_begin_{};     // when the connection for its first request was established
  bool is_asked_again_ = false;  // the connection is for another request of the same fetch
  ClockOffset clock_;
  WallTime last_version_1_{};        // the time in the latest report of version 1
  bool understands_frames_ = false;  // the sender has echoed a report of version 2
  bool reports_are_read_ = true;
  std::uint64_t frames_received_ = 0;
  std::uint64_t session_frames_ = 0;
  unsigned session_ = 0;  // lets the handler of an earlier connection detect that it is outdated
  std::optional<Trouble> last_trouble_;  // for the sentence at the timeout
  bool stopped_ = false;
};

}  // namespace jpegwire
