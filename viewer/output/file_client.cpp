#include "viewer/output/file_client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <asio/buffer.hpp>
#include <exception>
#include <utility>

namespace jpegwire {

using Next = FileDialogue::Next;

namespace {

constexpr std::size_t kMaxHeadBytes = 16'384;
constexpr std::size_t kBufferBytes = std::size_t{256} << 10;

}  // namespace

FileClient::FileClient(asio::io_context& io, FileClientSettings settings, FileDialogue& dialogue,
                       OnEnded on_ended)
    : settings_(std::move(settings)),
      dialogue_(dialogue),
      on_ended_(std::move(on_ended)),
      dialer_(
          io, settings_.endpoint,
          [this](Dialer&, asio::ip::tcp::socket socket) { begin_connection(std::move(socket)); },
          [this](Dialer&, std::error_code error) { could_not_connect(error); }),
      socket_(io),
      silence_(io.get_executor(), [this] { no_answer_came(); }),
      buffer_(kBufferBytes) {}

void FileClient::start() {
  dialer_.dial();
  silence_.set(settings_.timeout);
}

void FileClient::stop() {
  is_stopped_ = true;
  dialer_.cancel();
  silence_.cancel();
  close();
}

// A request always fits into a new connection's send buffer.
void FileClient::begin_connection(asio::ip::tcp::socket socket) {
  socket_ = std::move(socket);
  was_connected_ = true;
  filled_bytes_ = 0;
  left_bytes_.reset();
  const FileRequest request = dialogue_.request();
  is_head_request_ = request.is_head;
  const std::string text = fmt::format(
      "{} {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: jpegwire\r\nConnection: close\r\n{}\r\n",
      request.is_head ? "HEAD" : "GET", request.target, to_string(settings_.endpoint),
      request.fields);
  if (std::exchange(is_pausing_, false)) silence_.set(settings_.timeout);
  std::error_code error;
  socket_.write_some(asio::buffer(text), error);
  if (error) return end_connection(error.message());
  do_read();
}

void FileClient::do_read() {
  const auto space = std::span(buffer_).subspan(filled_bytes_);
  socket_.async_read_some(
      asio::mutable_buffer(space.data(), space.size()),
      [this, connection = connection_](std::error_code error, std::size_t size) {
        if (is_stopped_ || connection != connection_) return;
        if (error) return end_connection("the connection was lost");
        filled_bytes_ += size;
        take_received();
      });
}

void FileClient::take_received() {
  try {
    if (!left_bytes_ && !take_head()) return;
    if (!take_body()) return;
    if (*left_bytes_ == 0) go_on(dialogue_.take_end());
    if (!is_stopped_ && socket_.is_open()) do_read();
  } catch (const std::exception& error) {
    end(error.what());
  }
}

/// False if the body must not be read now.
bool FileClient::take_head() {
  HttpResponseHead head;
  std::size_t taken_bytes = 0;
  do {
    const Bytes received = Bytes(buffer_).first(filled_bytes_).subspan(taken_bytes);
    head = parse_response_head(received, kMaxHeadBytes);
    if (head.state != HttpHead::State::complete) break;
    taken_bytes += head.size_bytes;
    was_answered_ = true;
    silence_.set(settings_.timeout);
  } while (head.status < 200);  // an interim answer: the sender is working
  drop(taken_bytes);
  if (head.state == HttpHead::State::need_more) {
    do_read();
    return false;
  }
  if (head.state != HttpHead::State::complete) {
    end(
        fmt::format("{}: it does not answer with HTTP; use the sender's HTTP port, which it prints "
                    "when it starts",
                    url()));
    return false;
  }
  const bool has_size = head.content_length && !head.is_chunked;
  if (!is_head_request_ && !has_size) {
    end(fmt::format("{}: its answer has no Content-Length, so it is not a jpegwire-sender", url()));
    return false;
  }
  left_bytes_ = is_head_request_ ? 0 : *head.content_length;
  is_refusal_ = head.status >= 300;
  return go_on(dialogue_.take_head(head));
}

/// False if the connection is over. Received bytes are processed at once, however few they are, so
/// that even a connection that breaks off makes progress.
bool FileClient::take_body() {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(*left_bytes_, filled_bytes_));
  if (size == 0) return true;
  *left_bytes_ -= size;
  silence_.set(settings_.timeout);
  if (!is_refusal_) dialer_.reset_pause();
  const Next next = dialogue_.take_body(Bytes(buffer_).first(size));
  drop(size);
  return go_on(next);
}

void FileClient::drop(std::size_t size_bytes) {
  const auto rest = buffer_.begin() + static_cast<std::ptrdiff_t>(size_bytes);
  std::copy(rest, buffer_.begin() + static_cast<std::ptrdiff_t>(filled_bytes_), buffer_.begin());
  filled_bytes_ -= size_bytes;
}

/// False if this connection is over.
bool FileClient::go_on(Next next) {
  switch (next) {
    case Next::go_on:
      return true;
    case Next::ask_again:
      close();
      dialer_.dial();
      return false;
    case Next::ask_later:
      pause();
      return false;
    case Next::done:
      end("");
      return false;
    case Next::failed:
      end(fmt::format("{}: {}", url(), dialogue_.error()));
      return false;
  }
  return false;
}

// The timeout for a silent sender does not run during a pause.
void FileClient::pause() {
  close();
  silence_.cancel();
  is_pausing_ = true;
  dialer_.dial_later();
}

void FileClient::end_connection(const std::string& trouble) {
  trouble_ = trouble;
  close();
  dialer_.dial_later();
}

void FileClient::could_not_connect(std::error_code error) {
  trouble_ = describe(error);
  if (std::exchange(is_pausing_, false)) silence_.set(settings_.timeout);
  if (!settings_.is_persistent && is_about_name(error))
    return end(fmt::format("cannot connect to {}: {}", url(), trouble_));
  dialer_.dial_later();
}

void FileClient::no_answer_came() {
  if (settings_.is_persistent) {
    silence_.set(settings_.timeout);
    return socket_.is_open() ? end_connection("no answer was received") : void();
  }
  const double seconds = std::chrono::duration<double>(settings_.timeout).count();
  const std::string trouble = trouble_.empty() ? "" : fmt::format(" ({})", trouble_);
  if (!was_connected_)
    return end(
        fmt::format("cannot connect to {}: {}; start jpegwire-sender there with --http "
                    "[ADDR:]{} and --share DIR",
                    url(), trouble_, settings_.endpoint.port));
  end(fmt::format("no answer from {} within {} s{}: {}", url(), seconds, trouble, what_is_wrong()));
}

std::string FileClient::url() const { return "http://" + to_string(settings_.endpoint); }

std::string FileClient::what_is_wrong() const {
  return was_answered_ ? "the sender or the network is down"
                       : "use the sender's HTTP port, which it prints when it starts";
}

void FileClient::close() {
  ++connection_;
  std::error_code ignored;
  socket_.close(ignored);
}

void FileClient::end(const std::string& error) {
  stop();
  on_ended_(error);
}

}  // namespace jpegwire
