#include "net/http/stream_request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <random>
#include <stdexcept>

#include "app/text.hpp"
#include "codec/bytes.hpp"
#include "net/http/http_authentication.hpp"

namespace jpegwire {
namespace {

constexpr std::size_t kMaxHeadBytes = 16'384;  // and the start of the body after it
constexpr std::size_t kMaxTextBytes = 1024;    // that are read of a refusal's text
constexpr std::size_t kMaxShownText = 200;     // bytes

std::string random_nonce() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

// So that the words of a page can be read.
std::string without_tags(std::string_view html) {
  std::string text;
  while (!html.empty()) {
    const std::size_t tag = std::min(html.find('<'), html.size());
    text.append(html.substr(0, tag)).push_back(' ');
    html.remove_prefix(tag);
    html.remove_prefix(html.empty() ? 0 : std::min(html.find('>'), html.size() - 1) + 1);
  }
  return text;
}

// A page may name the stream that it shows (RFC 8288).
std::string_view link_to_stream(const HttpFields& fields) {
  const std::string_view link = fields["Link"];
  const std::size_t end = link.find('>');
  if (!link.starts_with('<') || end == std::string_view::npos) return {};
  const bool is_stream = link.find("multipart/x-mixed-replace", end) != std::string_view::npos;
  return is_stream ? link.substr(1, end - 1) : std::string_view();
}

// "/a/./b/../c" becomes "/a/c" (RFC 3986, section 5.2.4).
std::string without_dot_segments(std::string_view path) {
  std::string clean;
  while (!path.empty()) {
    const std::string_view segment = path.substr(0, path.find('/', 1));  // with the / in front
    path.remove_prefix(segment.size());
    const bool goes_up = segment == "/..";
    if (goes_up) clean.resize(clean.empty() ? 0 : clean.rfind('/'));
    if (!goes_up && segment != "/.")
      clean += segment;
    else if (path.empty())
      clean += '/';
  }
  return clean;
}

bool is_https_url(std::string_view location) {
  constexpr std::string_view kSecure = "https://";
  return equal_ignoring_case(location.substr(0, kSecure.size()), kSecure);
}

// Other codings are not supported, and some cameras name such as mean nothing ("8bit").
bool is_compressed(const HttpFields& fields) {
  constexpr std::array<std::string_view, 7> kCodings{"gzip",       "x-gzip", "deflate", "compress",
                                                     "x-compress", "br",     "zstd"};
  return std::ranges::any_of(kCodings, [&](std::string_view coding) {
    return equal_ignoring_case(fields["Content-Encoding"], coding);
  });
}

// Text has no such bytes (WHATWG, MIME Sniffing, section 3: binary data byte), except what some
// use to control a terminal.
bool is_binary(std::string_view body) {
  constexpr char kBell = '\a';
  constexpr char kEscape = '\x1B';
  return std::ranges::any_of(body, [](char c) {
    const bool is_control = (c >= 0 && c < ' ') || c == '\x7F';
    const bool is_space = c >= '\t' && c <= '\r';
    return is_control && !is_space && c != kBell && c != kEscape;
  });
}

// Interim answers precede the final one (RFC 9110, section 15.2), but for that to an upgrade.
bool is_interim(int status) {
  constexpr int kSwitchingProtocols = 101;
  return status >= 100 && status < 200 && status != kSwitchingProtocols;
}

// The reference in the Location of an answer to a request for `base` (RFC 3986, section 5.2);
// nothing if it is no URL of HTTP.
std::optional<HttpUrl> resolve(const HttpUrl& base, std::string_view location) {
  if (location.starts_with("//")) return resolve(base, "http:" + std::string(location));
  HttpUrl url = base;
  const std::string_view path = std::string_view(base.target).substr(0, base.target.find('?'));
  try {
    if (is_http_url(location))
      url = parse_http_url(location);
    else if (location.find("://") < location.find('/'))
      return std::nullopt;
    else if (location.starts_with('/'))
      url.target = location;
    else if (location.empty() || location.starts_with('#'))
      url.target = base.target;
    else if (location.starts_with('?'))
      url.target = std::string(path) + std::string(location);
    else
      url.target = std::string(path.substr(0, path.rfind('/') + 1)) + std::string(location);
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
  url.target.resize(std::min(url.target.find('#'), url.target.size()));
  const std::size_t query = std::min(url.target.find('?'), url.target.size());
  url.target = without_dot_segments(std::string_view(url.target).substr(0, query)) +
               url.target.substr(query);
  const bool is_visible =
      std::ranges::all_of(url.target, [](char c) { return c > ' ' && c < '\x7F'; });
  return is_visible ? std::optional(url) : std::nullopt;
}

std::string_view first_line(std::string_view answer) {
  answer.remove_prefix(std::min(answer.find_first_not_of("\r\n"), answer.size()));
  return answer.substr(0, answer.find_first_of("\r\n"));
}

// Of an answer's status line.
std::string version_of(std::string_view answer) {
  const std::string_view line = first_line(answer);
  return as_plain_line(line.substr(0, line.find(' ')), kMaxShownText);
}

// 204 and 205 have no content (RFC 9110, section 15.3).
bool announces_content(int status) {
  return status >= 200 && status < 300 && status != 204 && status != 205;
}

}  // namespace

std::string StreamRequest::text() const {
  const std::string authorization =
      authorization_.empty() ? "" : fmt::format("Authorization: {}\r\n", authorization_);
  return fmt::format(
      "GET {} HTTP/1.0\r\nHost: {}\r\nUser-Agent: jpegwire\r\nAccept: "
      "multipart/x-mixed-replace, image/jpeg, */*;q=0.1\r\nAccept-Encoding: identity\r\n{}\r\n",
      url_.target, to_string(url_.endpoint), authorization);
}

void StreamRequest::begin() {
  filled_ = 0;
  interim_bytes_ = 0;
  head_ = {};
  is_refusing_ = false;
  authorization_.clear();
  if (!challenges_.empty())
    authorization_ =
        answer_challenges(challenges_, url_, random_nonce(), ++nonce_count_).value_or("");
}

void StreamRequest::repeat() {
  move_to(home_);
  redirects_ = 0;
  is_repeated_ = true;
}

// Another server has challenges of its own.
void StreamRequest::move_to(HttpUrl url) {
  const bool is_same_server = url.endpoint.port == url_.endpoint.port &&
                              equal_ignoring_case(url.endpoint.host, url_.endpoint.host);
  if (!is_same_server) challenges_.clear();
  url_ = std::move(url);
}

std::span<std::byte> StreamRequest::space() {
  buffer_.resize(kMaxHeadBytes);
  return std::span(buffer_).subspan(filled_);
}

StreamRequest::Result StreamRequest::received(std::size_t size_bytes) {
  filled_ += size_bytes;
  return is_refusing_ ? read_refusal() : read_head();
}

StreamRequest::Result StreamRequest::refuse(std::string error) {
  error_ = std::move(error);
  return Result::refused;
}

StreamRequest::Result StreamRequest::read_head() {
  parse_head();
  while (head_.state == HttpHead::State::complete && is_interim(head_.status)) {
    interim_bytes_ += head_.size_bytes;
    parse_head();
  }
  switch (head_.state) {
    case HttpHead::State::need_more:
      return Result::need_more;
    case HttpHead::State::complete:
      return judge_head();
    case HttpHead::State::malformed:
      return refuse_malformed();
    case HttpHead::State::unsupported_version:
      return refuse(fmt::format("answers with {}, and only HTTP/1.0 and HTTP/1.1 are supported",
                                version_of(as_text(received_bytes().subspan(interim_bytes_)))));
    case HttpHead::State::too_large:
      return refuse("answers with an HTTP head that cannot be read");
  }
  return Result::need_more;
}

StreamRequest::Result StreamRequest::refuse_malformed() {
  const Bytes answer = received_bytes().subspan(interim_bytes_);
  if (!claims_to_be_response(answer)) return Result::not_http;
  return refuse(fmt::format("answers with an HTTP head that cannot be read: '{}'",
                            as_plain_line(first_line(as_text(answer)), kMaxShownText)));
}

void StreamRequest::parse_head() {
  head_ =
      parse_response_head(received_bytes().subspan(interim_bytes_), kMaxHeadBytes - interim_bytes_);
}

StreamRequest::Result StreamRequest::judge_head() {
  if (head_.status == 401) return authorize();
  is_authorized_ = !authorization_.empty();
  stale_answers_ = 0;
  if (head_.status >= 300 && head_.status < 400 && head_.fields.contains("Location"))
    return redirect(head_.fields["Location"]);
  const bool has_content = announces_content(head_.status);
  if (has_content && is_compressed(head_.fields))
    return refuse(fmt::format(
        "answers with Content-Encoding {}, and compressed streams are not supported; switch the "
        "compression off at the server",
        as_plain_line(head_.fields["Content-Encoding"], kMaxShownText)));
  if (has_content) {
    // What is a stream already may link to itself.
    const std::string_view stream =
        names_pictures(content_type()) ? std::string_view() : link_to_stream(head_.fields);
    return stream.empty() ? Result::accepted : redirect(stream);
  }
  is_refusing_ = true;
  return read_refusal();
}

// Credentials that were accepted before are not wrong now: the server wants an answer to another
// challenge.
StreamRequest::Result StreamRequest::authorize() {
  const std::vector<std::string> challenges = head_.fields.all("WWW-Authenticate");
  constexpr int kMaxStaleAnswers = 3;
  const bool is_stale = is_nonce_stale(challenges) && stale_answers_++ < kMaxStaleAnswers;
  if (!authorization_.empty() && !is_authorized_ && !is_stale) {
    challenges_.clear();  // answered once: the next may differ
    return refuse("does not accept that user and password");
  }
  if (!answer_challenges(challenges, url_, random_nonce(), 1))
    return refuse("requires a user and a password: http://USER:PASSWORD@HOST/…");
  if (nonce_of(challenges) != nonce_of(challenges_)) nonce_count_ = 0;
  challenges_ = challenges;
  is_authorized_ = false;
  return Result::ask_again;
}

// Another host is not followed: it was not the user's choice, nor are the credentials for it.
StreamRequest::Result StreamRequest::redirect(std::string_view location) {
  constexpr int kMaxRedirects = 5;
  const std::string shown = as_plain_line(location, kMaxShownText);
  if (is_https_url(location))
    return refuse(fmt::format(
        "has moved to {}, and TLS is not supported; let the server answer over http://, too",
        shown));
  std::optional<HttpUrl> url = resolve(url_, location);
  if (!url) return refuse(fmt::format("has moved to {}, which is not a URL of HTTP", shown));
  if (!equal_ignoring_case(url->endpoint.host, url_.endpoint.host))
    return refuse(fmt::format("has moved to another host; watch {} instead", shown));
  if (++redirects_ > kMaxRedirects) return refuse("redirects more than 5 times");
  const bool is_same_server = url->endpoint.port == url_.endpoint.port;
  url->user = is_same_server ? url_.user : "";
  url->password = is_same_server ? url_.password : "";
  move_to(std::move(*url));
  return Result::ask_again;
}

StreamRequest::Result StreamRequest::read_refusal() {
  HttpBody body = this->body();
  std::vector<std::byte> content(rest().begin(), rest().end());
  content.resize(body.decode(content));
  error_ = describe_refusal(as_text(content));
  const bool is_whole = body.state() != HttpBody::State::open || content.size() >= kMaxTextBytes ||
                        filled_ == kMaxHeadBytes;
  return is_whole ? Result::refused : Result::need_more;
}

std::string StreamRequest::describe_refusal(std::string_view body) const {
  if (is_compressed(head_.fields) || is_binary(body)) body = {};
  const bool is_html = begins_with_type(content_type(), "text/html");
  const std::string text = as_plain_line(is_html ? without_tags(body) : body, kMaxShownText);
  return fmt::format("answers with status {} {}{}{}", head_.status,
                     as_plain_line(head_.reason, kMaxShownText), text.empty() ? "" : ": ", text);
}

// Servers of endless streams send any length. Single pictures may be missing.
HttpBody StreamRequest::body() const {
  const bool is_endless = begins_with_type(content_type(), "multipart/") ||
                          (!is_refusing_ && !is_repeated_ && head_.content_length == 0);
  return {head_.is_chunked, is_endless ? std::nullopt : head_.content_length};
}

}  // namespace jpegwire
