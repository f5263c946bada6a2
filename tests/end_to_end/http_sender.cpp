#include "end_to_end/http_sender.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <regex>
#include <stdexcept>

namespace jpegwire {
namespace {

Command with_http(const Command& options) {
  const bool is_given = std::ranges::find(options, "--http") != options.end();
  return is_given ? options : Command{"--http", "0"} + options;
}

/// With the empty line that ends it.
std::string receive_head(TcpPeer& peer) {
  std::string head;
  while (!head.ends_with("\r\n\r\n")) {
    const std::string byte = peer.receive(1);
    if (byte.empty()) throw std::runtime_error("the connection ends behind: " + head);
    head += byte;
  }
  return head;
}

std::string receive_all(TcpPeer& peer, std::size_t size) {
  std::string bytes = peer.receive(size);
  if (bytes.size() < size) throw std::runtime_error("the connection ends inside a body");
  return bytes;
}

}  // namespace

HttpSender::HttpSender(const Command& options) : SenderProgram(with_http(options)) {}

std::uint16_t HttpSender::http_port() {
  wait_for("in a browser: ");
  wait_for("/\n");
  static const std::regex url(R"(in a browser: http://.*:(\d+)/\n)");
  const std::string text = out() + err();
  std::smatch match;
  if (!std::regex_search(text, match, url)) throw std::runtime_error("no port: " + describe());
  return static_cast<std::uint16_t>(std::stoi(match[1]));
}

std::string HttpSender::http_url(const std::string& path) {
  return "http://127.0.0.1:" + std::to_string(http_port()) + path;
}

std::string http_get(const std::string& target, const std::string& host) {
  return "GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
}

HttpResponse receive_response(TcpPeer& peer) {
  HttpResponse response = test::read_response_head(receive_head(peer));
  response.body = receive_all(peer, std::stoul(response.field("content-length")));
  return response;
}

HttpResponse response_to(std::uint16_t port, const std::string& bytes) {
  TcpPeer peer = TcpPeer::connect(port);
  peer.try_send(bytes);
  const std::string text = peer.receive_to_end();
  std::string_view rest = text;
  const auto response = test::take_response(rest);
  INFO(bytes.substr(0, 100) << " is answered: " << text);
  REQUIRE(response);
  CHECK(rest.empty());
  return *response;
}

HttpResponse fetch(HttpSender& sender, const std::string& target, const std::string& host) {
  TcpPeer peer = TcpPeer::connect(sender.http_port());
  peer.send(http_get(target, host));
  return receive_response(peer);
}

StreamReader::StreamReader(TcpPeer& peer)
    : peer_(peer), head_(test::read_response_head(receive_head(peer))) {
  CHECK(receive_all(peer_, 9) == "--frame\r\n");
}

std::string StreamReader::next() {
  part_ = test::read_response_head("HTTP/1.1 200 OK\r\n" + receive_head(peer_));
  std::string jpeg = receive_all(peer_, std::stoul(part_.field("content-length")));
  CHECK(receive_all(peer_, 11) == "\r\n--frame\r\n");
  return jpeg;
}

}  // namespace jpegwire
