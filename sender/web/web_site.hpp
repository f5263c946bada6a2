#pragma once

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "net/web/file_server.hpp"
#include "net/web/http_server.hpp"
#include "sender/pipeline/report.hpp"

namespace jpegwire {

/// What the sender serves over HTTP: the page, /stream and /snapshot, the statistics in the formats
/// of scripts, Prometheus and ustreamer clients, the SDP, and shared files. Bound to the io thread.
class WebSite {
 public:
  /// Callbacks into the sender.
  struct Questions {
    std::function<SenderReport()> report;
    std::function<std::string()> sdp;  // empty: there is no RTP stream
  };

  WebSite(asio::io_context& io, FrameServer& frames, const HttpSettings& settings,
          Questions questions);

  /// Throws std::runtime_error with a one-sentence message.
  const Listener& listen(const Endpoint& endpoint) { return server_.listen(endpoint); }

  /// Serves the files of the directory under /files/. Throws std::runtime_error with a one-sentence
  /// message.
  void share(const std::string& directory, const ViewerCount& viewer_count);

  /// Makes the rates of the last second available.
  void start();

  void finish(std::chrono::milliseconds timeout);

  const HttpServer& server() const { return server_; }

 private:
  void serve_texts();
  void do_tick();
  std::string statistics() const;
  std::string state() const;

  std::optional<FileServer> files_;
  HttpServer server_;
  Questions questions_;
  asio::steady_timer tick_;
  SenderReport last_;
  SenderRates rates_;
};

}  // namespace jpegwire
