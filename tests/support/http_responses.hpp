#pragma once

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

/// What an HTTP server answers, taken apart.
namespace jpegwire::test {

struct HttpResponse {
  int status = 0;
  std::map<std::string, std::string> fields;  // names in lower case
  std::string body;

  /// Empty where the response does not have it.
  std::string field(const std::string& name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? "" : found->second;
  }
};

enum class HasBody { yes, no };  // no: the answer to HEAD

inline std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

/// "HTTP/1.1 200 OK" and a line for each field; throws where it is anything else.
inline HttpResponse read_response_head(std::string_view head) {
  HttpResponse response;
  if (!head.starts_with("HTTP/1.1 ") || head.size() < 12)
    throw std::runtime_error("no status line: " + std::string(head));
  response.status = std::stoi(std::string(head.substr(9, 3)));
  std::size_t at = std::min(head.find("\r\n"), head.size());
  while (at < head.size()) {
    const std::size_t begin = at + 2;
    at = std::min(head.find("\r\n", begin), head.size());
    const std::string_view line = head.substr(begin, at - begin);
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos) throw std::runtime_error("no field: " + std::string(line));
    const bool is_new =
        response.fields
            .emplace(lower_case(line.substr(0, colon)), std::string(line.substr(colon + 2)))
            .second;
    if (!is_new) throw std::runtime_error("twice: " + std::string(line));
  }
  return response;
}

/// Takes the response that begins `text`, whose body has a Content-Length, off its front; nothing
/// while it is not whole. Throws where it is no response.
inline std::optional<HttpResponse> take_response(std::string_view& text,
                                                 HasBody has_body = HasBody::yes) {
  const std::size_t end = text.find("\r\n\r\n");
  if (end == std::string_view::npos) return std::nullopt;
  HttpResponse response = read_response_head(text.substr(0, end));
  const std::string length = response.field("content-length");
  const std::size_t size = has_body == HasBody::no || length.empty() ? 0 : std::stoul(length);
  if (text.size() - (end + 4) < size) return std::nullopt;
  response.body = text.substr(end + 4, size);
  text.remove_prefix(end + 4 + size);
  return response;
}

}  // namespace jpegwire::test
