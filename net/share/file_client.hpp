#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "net/framing/frame_assembler.hpp"
#include "net/share/file_dialogue.hpp"
#include "net/sockets/dialer.hpp"

namespace jpegwire {

struct FileClientSettings {
  Endpoint endpoint;
  milliseconds patience{5000};  // without a byte of an answer for so long it gives up
  bool is_persistent = false;   // it never does
  std::size_t max_frame_bytes = kDefaultMaxFrameBytes;
};

/// Asks a sender for what it shares: connects, sends the dialogue's request, skips frames, hands
/// the answers to the dialogue, a chunk's bytes as they come, and asks again on a new connection
/// where one breaks off. Bound to the io thread; must outlive the io context's run.
class FileClient {
 public:
  /// `on_ended` is called once: with "" when the dialogue is done, else with a sentence.
  using OnEnded = std::function<void(const std::string& error)>;

  FileClient(asio::io_context& io, FileClientSettings settings, FileDialogue& dialogue,
             OnEnded on_ended);

  void start();

  /// Without calling `on_ended`.
  void stop();

 private:
  void begin_connection(asio::ip::tcp::socket socket);
  void do_read();
  void take_messages();
  void take_message(Bytes message);
  void take_what_came_of_a_chunk();
  void take_answer(FileMessage answer);
  void skip_frame();
  void go_on(FileDialogue::Next next);
  void pause();
  void end_connection(const std::string& trouble);
  void could_not_connect(std::error_code error);
  void do_watch_for_answers();
  void no_answer_came();
  std::string what_is_wrong() const;
  void close();
  void end(const std::string& error);

  FileClientSettings settings_;
  FileDialogue& dialogue_;
  OnEnded on_ended_;
  Dialer dialer_;
  asio::ip::tcp::socket socket_;
  asio::steady_timer silence_;  // since the last answer, or the last bytes of a chunk
  ObjectPool<ReceivedFrame> messages_;
  std::optional<FrameAssembler> assembler_;
  std::vector<std::byte> request_;  // of this connection
  std::size_t taken_bytes_ = 0;     // of the chunk that is coming
  unsigned connection_ = 0;         // tells the handler of an earlier connection that it is over
  bool was_connected_ = false;
  bool was_answered_ = false;
  bool has_seen_frames_ = false;
  bool is_pausing_ = false;  // as the dialogue wants
  bool is_stopped_ = false;
  std::string trouble_;
};

}  // namespace jpegwire
