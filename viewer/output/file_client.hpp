#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "net/sockets/deadline.hpp"
#include "net/sockets/dialer.hpp"
#include "viewer/output/file_dialogue.hpp"

namespace jpegwire {

struct FileClientSettings {
  Endpoint endpoint;
  milliseconds timeout{5000};  // gives up after this time without a byte of an answer
  bool is_persistent = false;  // never gives up
};

/// A client of a sender's file server: connects, sends the dialogue's request, passes the answer to
/// the dialogue as it is received, and repeats the request on a new connection if one breaks off.
/// Bound to the io thread; must outlive the io context's run.
class FileClient {
 public:
  /// `on_ended` is called once: with "" when the dialogue is done, otherwise with an error message.
  using OnEnded = std::function<void(const std::string& error)>;

  FileClient(asio::io_context& io, FileClientSettings settings, FileDialogue& dialogue,
             OnEnded on_ended);

  void start();

  /// Ends without calling `on_ended`.
  void stop();

 private:
  void begin_connection(asio::ip::tcp::socket socket);
  void do_read();
  void take_received();
  bool take_head();
  bool take_body();
  void drop(std::size_t size_bytes);
  bool go_on(FileDialogue::Next next);
  void pause();
  void end_connection(const std::string& trouble);
  void could_not_connect(std::error_code error);
  void no_answer_came();
  std::string url() const;
  std::string what_is_wrong() const;
  void close();
  void end(const std::string& error);

  FileClientSettings settings_;
  FileDialogue& dialogue_;
  OnEnded on_ended_;
  Dialer dialer_;
  asio::ip::tcp::socket socket_;
  Deadline silence_;  // since the last bytes of an answer's body
  std::vector<std::byte> buffer_;
  std::size_t filled_bytes_ = 0;
  bool is_head_request_ = false;
  bool is_refusal_ = false;
  std::optional<std::uint64_t> left_bytes_;  // of the body; nothing before the head is complete
  unsigned connection_ = 0;  // lets the handler of an earlier connection detect that it is outdated
  bool was_connected_ = false;
  bool was_answered_ = false;
  bool is_pausing_ = false;  // because the dialogue returned ask_later
  bool is_stopped_ = false;
  std::string trouble_;
};

}  // namespace jpegwire
