#include "viewer/camera/camera_names.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

namespace jpegwire {
namespace {

/// From the shortest form to the whole address, which is unique.
using Candidates = std::array<std::string, 4>;

std::string without_scheme(const std::string& url) {
  const std::size_t end = url.find("://");
  return end == std::string::npos ? url : url.substr(end + 3);
}

Candidates candidates(const StreamAddress& stream) {
  const std::string& text = stream.text;
  if (const auto* sender = std::get_if<Endpoint>(&stream.where))
    return {sender->host, to_string(*sender), without_scheme(text), text};
  if (const auto* url = std::get_if<HttpUrl>(&stream.where))
    return {url->endpoint.host, to_string(url->endpoint), without_scheme(text), text};
  if (!is_rtp_url(text)) {
    const std::filesystem::path file = text;
    return {file.stem(), file.filename(), text, text};
  }
  const RtpSession& session = std::get<RtpSession>(stream.where);
  return {session.address, to_string(Endpoint{session.address, session.port}), without_scheme(text),
          text};
}

bool are_distinct(std::vector<std::string> names) {
  std::ranges::sort(names);
  return std::ranges::adjacent_find(names) == names.end();
}

}  // namespace

std::vector<std::string> camera_names(std::span<const StreamAddress> streams) {
  std::vector<std::string> names;
  for (std::size_t length = 0; length < Candidates().size(); ++length) {
    names.clear();
    for (const StreamAddress& stream : streams) names.push_back(candidates(stream)[length]);
    if (are_distinct(names)) break;
  }
  return names;
}

}  // namespace jpegwire
