#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <list>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace jpegwire {

/// An HTTP server for a shell script on another machine. It returns the name of the next run, and
/// receives the summaries that the script posts after its viewers have ended. Requests that do not
/// contain the secret path are rejected. Bound to the thread of the io context.
///
/// A run has a name, such as "7.2": the seventh run, of the second case. `GET PATH/after/7.2` waits
/// for the next run; the response is its name, or empty if no run follows. `POST PATH/7.2` delivers
/// a summary, and is answered at once.
class SummaryCollector {
 public:
  /// Listens on a port that the system chooses. Throws std::system_error on failure.
  SummaryCollector(asio::io_context& io, const std::string& address);
  SummaryCollector(const SummaryCollector&) = delete;
  SummaryCollector& operator=(const SummaryCollector&) = delete;
  ~SummaryCollector();

  /// "http://10.0.0.1:34567/5f3a…".
  std::string url() const;

  /// Whether the other machine waits for a run; it does not wait while its viewers run.
  bool is_asked() const { return !waiting_.empty(); }

  /// Opens this run: waiting requests receive its name, and its summaries are accepted.
  void open(int run, int case_number);

  /// Closes the run; later summaries of it are dropped.
  void close();

  /// Answers all requests from now on: no run follows.
  void dismiss();

  /// The summary of each viewer of the open run that has posted; a discarded value if the post had
  /// no summary.
  const std::vector<nlohmann::json>& summaries() const { return summaries_; }

 private:
  class Request;

  void do_accept();
  void ask(const std::shared_ptr<Request>& request, int after);
  void take(const std::string& run, const std::shared_ptr<Request>& request);
  void answer_waiting(const std::string& text);

  asio::ip::tcp::acceptor acceptor_;
  const std::string path_;
  int run_ = 0;
  std::string name_;  // of the open run
  bool is_dismissed_ = false;
  std::vector<nlohmann::json> summaries_;
  std::list<std::shared_ptr<Request>> waiting_;
};

}  // namespace jpegwire
