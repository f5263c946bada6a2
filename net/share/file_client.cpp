#include "net/share/file_client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <asio/buffer.hpp>
#include <exception>
#include <utility>
#include <vector>

namespace jpegwire {

using Next = FileDialogue::Next;

namespace {

// What a chunk has in front of its bytes is far less than this.
constexpr std::size_t kLargestAnswerBytes = kMaxChunkBytes + 1024;

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
      silence_(io) {}

void FileClient::start() {
  dialer_.dial();
  do_watch_for_answers();
}

void FileClient::stop() {
  is_stopped_ = true;
  dialer_.cancel();
  silence_.cancel();
  close();
}

// So little as a request always fits into a new connection's buffer.
void FileClient::begin_connection(asio::ip::tcp::socket socket) {
  socket_ = std::move(socket);
  was_connected_ = true;
  // Small, so that nearly all of a chunk is read to where it stays.
  constexpr std::size_t kStagingBytes = 4096;
  assembler_.emplace(messages_, std::max(settings_.max_frame_bytes, kLargestAnswerBytes),
                     FrameAssembler::Settings{.staging_bytes = kStagingBytes});
  request_ = write_file_request(dialogue_.request());
  taken_bytes_ = 0;
  if (std::exchange(is_pausing_, false)) do_watch_for_answers();
  std::error_code error;
  socket_.write_some(asio::buffer(request_), error);
  if (error) return end_connection(error.message());
  do_read();
}

void FileClient::do_read() {
  const std::span<std::byte> space = assembler_->space();
  socket_.async_read_some(
      asio::mutable_buffer(space.data(), space.size()),
      [this, connection = connection_](std::error_code error, std::size_t size) {
        if (is_stopped_ || connection != connection_) return;
        if (error) return end_connection("the connection was lost");
        assembler_->received(size, steady_now());
        take_messages();
      });
}

void FileClient::take_messages() {
  const unsigned connection = connection_;
  while (!is_stopped_ && connection == connection_) {
    switch (assembler_->next()) {
      case FrameAssembler::Event::need_more:
        take_what_came_of_a_chunk();
        if (!is_stopped_ && connection == connection_) do_read();
        return;
      case FrameAssembler::Event::frame:
        take_message(assembler_->take_frame()->bytes());
        break;
      case FrameAssembler::Event::end_of_stream:
        return end_connection("it has ended the stream");
      case FrameAssembler::Event::failed:
        return end(fmt::format("{}: {}", to_tcp_url(settings_.endpoint), what_is_wrong()));
    }
  }
}

void FileClient::take_message(Bytes message) {
  if (!is_file_message(message)) return skip_frame();
  if (std::ranges::equal(message, Bytes(request_).subspan(4)))
    return end(fmt::format(
        "{}: it sends back what it is asked, as jpegwire-sender --echo does, and shares no files",
        to_tcp_url(settings_.endpoint)));
  std::optional<FileMessage> answer = parse_file_message(message);
  if (!answer)
    return end(fmt::format("{}: its answer is not understood, so one of the two is too old",
                           to_tcp_url(settings_.endpoint)));
  if (auto* chunk = std::get_if<FileChunk>(&*answer)) {
    const std::size_t taken = std::min(std::exchange(taken_bytes_, 0), chunk->data.size());
    *chunk = {chunk->offset + taken, chunk->data.subspan(taken)};
  }
  take_answer(*std::move(answer));
}

// So that nothing of it is lost where the connection breaks off, however slow it is.
void FileClient::take_what_came_of_a_chunk() {
  const std::optional<FileMessage> answer = parse_file_message(assembler_->unfinished());
  const auto* chunk = answer ? std::get_if<FileChunk>(&*answer) : nullptr;
  if (chunk == nullptr || chunk->data.size() <= taken_bytes_) return;
  const std::size_t taken = std::exchange(taken_bytes_, chunk->data.size());
  take_answer(FileChunk{chunk->offset + taken, chunk->data.subspan(taken)});
}

// A head alone, which comes on each new connection, gets a fetch nowhere.
void FileClient::take_answer(FileMessage answer) {
  was_answered_ = true;
  if (!std::holds_alternative<FileHead>(answer)) do_watch_for_answers();
  if (std::holds_alternative<FileChunk>(answer)) dialer_.reset_pause();
  try {
    go_on(dialogue_.take(answer));
  } catch (const std::exception& error) {
    end(error.what());
  }
}

// They may come before the first answer; a sender that knows nothing of this sends nothing else.
void FileClient::skip_frame() {
  has_seen_frames_ = true;
  if (assembler_->framing_name() == "multipart")
    end(fmt::format("{}: {}", to_tcp_url(settings_.endpoint), what_is_wrong()));
}

void FileClient::go_on(Next next) {
  switch (next) {
    case Next::go_on:
      return;
    case Next::ask_again:
      close();
      return dialer_.dial();
    case Next::ask_later:
      return pause();
    case Next::done:
      return end("");
    case Next::failed:
      return end(fmt::format("{}: {}", to_tcp_url(settings_.endpoint), dialogue_.error()));
  }
}

// Which is not the sender's silence.
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
  if (std::exchange(is_pausing_, false)) do_watch_for_answers();
  if (!settings_.is_persistent && is_about_name(error))
    return end(fmt::format("cannot connect to {}: {}", to_tcp_url(settings_.endpoint), trouble_));
  dialer_.dial_later();
}

void FileClient::do_watch_for_answers() {
  silence_.expires_after(settings_.patience);
  silence_.async_wait([this](std::error_code error) {
    if (!error && !is_stopped_) no_answer_came();
  });
}

void FileClient::no_answer_came() {
  if (settings_.is_persistent) {
    do_watch_for_answers();
    return socket_.is_open() ? end_connection("no answer came") : void();
  }
  const std::string url = to_tcp_url(settings_.endpoint);
  const double seconds = std::chrono::duration<double>(settings_.patience).count();
  const std::string trouble = trouble_.empty() ? "" : fmt::format(" ({})", trouble_);
  if (!was_connected_) return end(fmt::format("cannot connect to {}: {}", url, trouble_));
  end(fmt::format("no answer from {} within {} s{}: {}", url, seconds, trouble, what_is_wrong()));
}

std::string FileClient::what_is_wrong() const {
  if (assembler_ && assembler_->framing_name() == "multipart")
    return "an HTTP server answers there; name the sender's TCP port, which it tells when it "
           "starts";
  if (assembler_ && !assembler_->error().empty())
    return fmt::format("what it sends cannot be read: {}", assembler_->error());
  if (was_answered_) return "it has gone, or the network has";
  if (has_seen_frames_ || trouble_.empty())
    return "it shares nothing, or is too old to share files";
  return "it turns viewers away, or is no jpegwire-sender";
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
