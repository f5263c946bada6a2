#include "net/sockets/listener.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <utility>

#include "net/sockets/name_lookup.hpp"

namespace jpegwire {
namespace {

std::string advice(std::error_code error, std::string_view option) {
  if (error == asio::error::address_in_use)
    return fmt::format("another program uses the port; choose another one with {} PORT", option);
  if (error == asio::error::access_denied)
    return fmt::format("ports below 1024 are reserved for root; choose another one with {} PORT",
                       option);
  if (error.value() == EADDRNOTAVAIL)
    return fmt::format("no interface of this machine has the address; choose one with {} ADDR:PORT",
                       option);
  return fmt::format("choose another address with {} ADDR:PORT", option);
}

[[noreturn]] void fail(const Endpoint& endpoint, std::error_code error, std::string_view option) {
  throw std::runtime_error(fmt::format("cannot listen on {}: {}; {}", to_string(endpoint),
                                       describe(error), advice(error, option)));
}

}  // namespace

Listener::Listener(asio::io_context& io, const Endpoint& endpoint, std::string_view option,
                   OnAccepted on_accepted)
    : endpoint_(endpoint), on_accepted_(std::move(on_accepted)) {
  std::error_code error;
  const auto addresses = asio::ip::tcp::resolver(io).resolve(
      endpoint.host, std::to_string(endpoint.port), asio::ip::tcp::resolver::passive, error);
  if (error) fail(endpoint, error, option);
  for (const auto& address : addresses) open(io, address.endpoint(), option);
  for (Door& door : doors_) do_accept(door);
}

void Listener::open(asio::io_context& io, asio::ip::tcp::endpoint address,
                    std::string_view option) {
  address.port(endpoint_.port);
  Door& door = doors_.emplace_back(io);
  std::error_code error;
  door.acceptor.open(address.protocol(), error);
  if (!error) door.acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) door.acceptor.bind(address, error);
  if (!error) door.acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) fail(endpoint_, error, option);
  endpoint_.port = door.acceptor.local_endpoint().port();
}

bool Listener::is_public() const {
  return std::ranges::any_of(doors_, [](const Door& door) {
    return !door.acceptor.local_endpoint().address().is_loopback();
  });
}

void Listener::stop() {
  for (Door& door : doors_) {
    std::error_code ignored;
    door.acceptor.close(ignored);
    door.pause.cancel();
  }
}

void Listener::do_accept(Door& door) {
  door.acceptor.async_accept([this, &door](std::error_code error, asio::ip::tcp::socket socket) {
    if (!door.acceptor.is_open()) return;
    if (error) return do_accept_later(door, error);
    on_accepted_(std::move(socket));
    do_accept(door);
  });
}

// Most likely no descriptor is left: accepting again immediately would only spin.
void Listener::do_accept_later(Door& door, std::error_code trouble) {
  ++failures_;
  troubles_.warn("cannot accept connections on {}: {}; trying again", to_string(endpoint_),
                 describe(trouble));
  door.pause.expires_after(std::chrono::milliseconds(200));
  door.pause.async_wait([this, &door](std::error_code error) {
    if (!error && door.acceptor.is_open()) do_accept(door);
  });
}

}  // namespace jpegwire
