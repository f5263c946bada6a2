#pragma once

#include <asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/http/http_answer.hpp"
#include "net/http/http_request.hpp"
#include "net/sockets/admission.hpp"
#include "net/sockets/deadline.hpp"
#include "net/web/http_site.hpp"

namespace jpegwire {

/// One client of an HttpServer: reads a request, answers it, and reads the next one. A client that
/// requests the stream becomes a viewer, and its socket moves to the FrameServer; a client that
/// requests files moves to the FileServer. Each step has a deadline. Bound to the io thread.
class HttpConnection final : public FrameHolder,
                             public std::enable_shared_from_this<HttpConnection> {
 public:
  /// Called once, when this object no longer has a socket.
  using OnGone = std::function<void(const std::shared_ptr<HttpConnection>&)>;

  /// Without a ticket the connection exceeds the limit and is answered with 503.
  HttpConnection(asio::ip::tcp::socket socket, HttpSite& site,
                 std::optional<Admission::Ticket> ticket, OnGone on_gone);

  void start();

  /// Completes the answer that is being written; otherwise closes at once.
  void finish();

  void close();

  /// Its place among the connections; null if it is beyond the limit.
  const Admission::Ticket* ticket() const { return ticket_ ? &*ticket_ : nullptr; }

  /// Since when it waits for the client's next request.
  std::optional<SteadyTime> idle_since() const;

  /// The frame of a snapshot that the client has not received yet.
  HeldFrames held() const override { return {frame_.get()}; }
  std::optional<SteadyTime> stalled_since() const override;
  void evict(const std::string& reason) override;

 private:
  enum class State { reading, waiting_for_frame, writing, lingering };

  void begin_request();
  void read_on();
  void do_read();
  void broke_off();
  void answer();
  bool is_for_us(const HttpRequest& request) const;
  void refuse_host(const std::string& host);
  void answer_with_stream();
  void answer_about_files();
  void answer_with_snapshot();
  void send_snapshot(const FramePtr& frame);
  void answer_with_text(const HttpText& text);
  void answer_with_sentence(int status, const std::string& sentence);
  void refuse(int status, const std::string& sentence);
  void begin_answer(AnswerHead head);
  void drop_frame();
  void do_write();
  void answered();
  void linger();
  void do_discard();
  void timed_out();
  void gone();

  asio::ip::tcp::socket socket_;
  HttpSite& site_;
  std::optional<Admission::Ticket> ticket_;
  OnGone on_gone_;
  Deadline deadline_;
  State state_ = State::reading;
  SteadyTime since_{};  // when it began to read the request, or to write the answer
  HttpRequestReader reader_;
  bool is_head_ = false;  // the current request
  bool keeps_alive_ = true;

  // The current answer.
  std::string head_;
  std::string body_;
  std::vector<asio::const_buffer> buffers_;
  std::unique_ptr<FrameRequest> frame_request_;
  FramePtr frame_;
  std::size_t discarded_bytes_ = 0;
};

}  // namespace jpegwire
