#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "app/log_limit.hpp"
#include "net/http/host_allow_list.hpp"
#include "net/tcp/frame_server.hpp"

namespace jpegwire {

class FileServer;

struct HttpSettings {
  std::size_t max_connections = 256;
  std::size_t max_per_address = 32;
  std::size_t max_head_bytes = 8192;
  std::chrono::milliseconds head_timeout{5000};  // for a request's whole head
  std::chrono::milliseconds idle_timeout{1000};  // without a request, a place is given up after it
  std::chrono::milliseconds answer_timeout{30'000};  // for the peer to receive an answer
  std::chrono::milliseconds frame_timeout{10'000};   // for the frame of a snapshot
  std::vector<std::string> hosts;                    // host names of this machine, besides its own
};

/// A text that is generated for each request.
struct HttpText {
  std::string type;                   // Content-Type
  std::function<std::string()> text;  // on the io thread; empty: not found
  std::string fields{};               // of the head, each with its CRLF
};

/// The state shared by all connections of an HttpServer. Bound to the io thread.
struct HttpSite {
  FrameServer& frames;
  HttpSettings settings;
  HostAllowList hosts{settings.hosts};
  std::map<std::string, HttpText> texts{};  // by path
  FileServer* files = nullptr;              // null: none are shared
  LogLimit refusals{1};
  std::uint64_t snapshots = 0;
  // Requests that were malformed, too large, too slow, for another host or broken off, or whose
  // answer was not received.
  std::uint64_t failed_requests = 0;
};

}  // namespace jpegwire
