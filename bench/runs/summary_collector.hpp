#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <list>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace jpegwire {

/// Tells a shell on another machine over HTTP which run is next, and takes what its viewers post at
/// their end. Who does not know the path is turned away. Bound to the thread of the io context.
///
/// A run has a name, "7.2": the seventh run, of the second case. `GET PATH/after/7.2` is answered
/// with the name of a later run once there is one, and with nothing once there will be none.
/// `POST PATH/7.2` delivers a summary, and is answered at once.
class SummaryCollector {
 public:
  /// Listens on a port that the system chooses. Throws std::system_error where it cannot.
  SummaryCollector(asio::io_context& io, const std::string& address);
  SummaryCollector(const SummaryCollector&) = delete;
  SummaryCollector& operator=(const SummaryCollector&) = delete;
  ~SummaryCollector();

  /// "http://10.0.0.1:34567/5f3a…".
  std::string url() const;

  /// Whether somebody waits to be told of a run. Who still has viewers does not.
  bool is_asked() const { return !waiting_.empty(); }

  /// From now on this run is the one, and its summaries are taken.
  void open(int run, int case_number);

  /// It is no more: what is still posted of it is dropped.
  void close();

  /// There will be no further run.
  void dismiss();

  /// Of each viewer of the open run that posted, its summary, or a discarded value where it wrote
  /// none.
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
