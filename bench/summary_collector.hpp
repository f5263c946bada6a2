#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <cstdint>
#include <list>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace jpegwire {

/// Takes what viewers on another machine post over HTTP at their end, and answers when they may go
/// on. Who does not know the path is turned away. Bound to the thread of the io context.
class SummaryCollector {
 public:
  /// Listens on a port that the system chooses. Throws std::system_error where it cannot.
  SummaryCollector(asio::io_context& io, const std::string& address);
  SummaryCollector(const SummaryCollector&) = delete;
  SummaryCollector& operator=(const SummaryCollector&) = delete;
  ~SummaryCollector();

  /// "http://10.0.0.1:34567/5f3a…".
  std::string url() const;

  /// Since the last answer: of each viewer that posted, its summary, or a discarded value where it
  /// wrote none.
  const std::vector<nlohmann::json>& summaries() const { return summaries_; }

  /// Answers all that wait for it with this line.
  void answer(const std::string& line);

 private:
  class Delivery;

  void do_accept();
  void take(const std::shared_ptr<Delivery>& delivery);

  asio::ip::tcp::acceptor acceptor_;
  const std::string path_;
  std::vector<nlohmann::json> summaries_;
  std::list<std::shared_ptr<Delivery>> deliveries_;
};

}  // namespace jpegwire
