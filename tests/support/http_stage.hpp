#pragma once

#include <list>
#include <optional>
#include <string>
#include <string_view>

#include "net/web/http_server.hpp"
#include "support/http_responses.hpp"
#include "support/loopback.hpp"

/// An HTTP server and its clients in one thread.
namespace jpegwire::test {

/// Settings with timeouts longer than any test.
inline HttpSettings long_timeout_settings() {
  HttpSettings settings;
  settings.head_timeout = std::chrono::minutes(10);
  settings.idle_timeout = std::chrono::minutes(10);
  settings.answer_timeout = std::chrono::minutes(10);
  settings.frame_timeout = std::chrono::minutes(10);
  return settings;
}

inline std::string get(const std::string& target, const std::string& fields = "") {
  return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n";
}

/// A client that takes the received responses one by one.
class HttpClient : public Peer {
 public:
  /// Connects and sends before the server accepts the connection.
  HttpClient(asio::io_context& io, const Endpoint& endpoint, const std::string& from,
             const std::string& bytes)
      : Peer(io, endpoint, from) {
    send(bytes);
  }

  void send(const std::string& bytes) { Peer::send(to_bytes(bytes)); }

  std::optional<HttpResponse> take(HasBody has_body = HasBody::yes) {
    std::string_view rest = untaken();
    auto response = take_response(rest, has_body);
    if (response) taken_bytes_ = received().size() - rest.size();
    return response;
  }

  /// The bytes received after the responses taken so far.
  std::string_view untaken() {
    const ByteVector& all = received();
    const std::string_view text(reinterpret_cast<const char*>(all.data()), all.size());
    return text.substr(taken_bytes_);
  }

 private:
  std::size_t taken_bytes_ = 0;
};

struct HttpStage {
  explicit HttpStage(const HttpSettings& settings = long_timeout_settings(),
                     const FrameServer::Settings& frame_settings = {})
      : frames(io, viewer_count, frame_settings),
        server(io, frames, settings),
        endpoint(server.listen({"127.0.0.1", 0}).endpoint()) {
    server.serve_text("/", {.type = "text/plain", .text = [] { return std::string("the page"); }});
  }

  HttpClient& add_client(const std::string& bytes, const std::string& from = "127.0.0.1") {
    return clients.emplace_back(io, endpoint, from, bytes);
  }

  /// A client that watches the stream.
  HttpClient& add_viewer(const std::string& request = get("/stream")) {
    const int present = viewer_count.count();
    HttpClient& viewer = add_client(request);
    if (!run_until(io, [&] { return viewer_count.count() > present; }))
      throw std::runtime_error("it is no viewer");
    return viewer;
  }

  /// The client's next response; throws if none arrives.
  HttpResponse response_to(HttpClient& client, HasBody has_body = HasBody::yes) {
    std::optional<HttpResponse> response;
    if (!run_until(io, [&] { return (response = client.take(has_body)).has_value(); }))
      throw std::runtime_error("no response, but: " + std::string(client.untaken()));
    return *response;
  }

  /// The response to a request on a new connection.
  HttpResponse response_to(const std::string& request) { return response_to(add_client(request)); }

  bool runs_until_closed_in_order(HttpClient& client) {
    return run_until(io, [&] { return client.is_closed(); }) && client.closed_in_order();
  }

  asio::io_context io{1};
  ViewerCount viewer_count;
  FrameServer frames;
  HttpServer server;
  Endpoint endpoint;
  std::list<HttpClient> clients;
};

}  // namespace jpegwire::test
