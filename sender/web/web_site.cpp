#include "sender/web/web_site.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "codec/time.hpp"
#include "sender/web/metrics.hpp"
#include "sender/web/page.hpp"

namespace jpegwire {
namespace {

// The page has its style and script inline and loads nothing from elsewhere. The link leads a
// viewer from the page to the stream (RFC 8288).
constexpr const char* kPageFields =
    "Content-Security-Policy: default-src 'none'; img-src 'self' blob: data:; "
    "connect-src 'self'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Link: </stream>; rel=\"alternate\"; type=\"multipart/x-mixed-replace\"\r\n";

// Names and sources may contain bytes that are not UTF-8.
std::string to_text(const nlohmann::json& json) {
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace

WebSite::WebSite(asio::io_context& io, FrameServer& frames, const HttpSettings& settings,
                 Questions questions)
    : server_(io, frames, settings), questions_(std::move(questions)), tick_(io) {
  serve_texts();
}

void WebSite::serve_texts() {
  server_.serve_text("/", {.type = "text/html; charset=utf-8",
                           .text = [] { return std::string(page()); },
                           .fields = kPageFields});
  server_.serve_text("/stats.json",
                     {.type = "application/json", .text = [this] { return statistics(); }});
  server_.serve_text("/state", {.type = "application/json", .text = [this] { return state(); }});
  server_.serve_text("/metrics",
                     {.type = "text/plain; version=0.0.4; charset=utf-8",
                      .text = [this] { return describe_metrics(questions_.report()); }});
  server_.serve_text("/stream.sdp", {.type = "application/sdp", .text = questions_.sdp});
}

void WebSite::share(const std::string& directory, const ViewerCount& viewer_count) {
  server_.serve_files(files_.emplace(directory, viewer_count));
}

void WebSite::start() {
  last_ = questions_.report();
  do_tick();
}

void WebSite::finish(std::chrono::milliseconds timeout) {
  tick_.cancel();
  server_.finish(timeout);
  if (files_) files_->finish();
}

void WebSite::do_tick() {
  tick_.expires_after(std::chrono::seconds(1));
  tick_.async_wait([this](std::error_code error) {
    if (error) return;
    SenderReport now = questions_.report();
    rates_ = rates_between(last_, now);
    last_ = std::move(now);
    do_tick();
  });
}

std::string WebSite::statistics() const {
  const SenderReport report = questions_.report();
  nlohmann::json statistics = summarize(report);
  statistics.erase("viewers");  // other clients' addresses are not published
  statistics["links"] = describe_links(report);
  statistics["time_us"] = wall_now().time_since_epoch().count();
  statistics["online"] = report.is_online;
  statistics["viewers_now"] = number_of_viewers(report);
  statistics["viewers_by_kind"] = report.viewers_by_kind;
  statistics["captured_fps"] = rates_.captured;
  statistics["encoded_fps"] = rates_.encoded;
  statistics["passthrough_fps"] = rates_.passed_on;
  statistics["bits_per_second"] = rates_.bits;
  return to_text(statistics);
}

std::string WebSite::state() const {
  return to_text(describe_as_ustreamer(questions_.report(), rates_));
}

}  // namespace jpegwire
