#include "bench/runs/matrix.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <functional>
#include <nlohmann/json.hpp>
#include <tuple>

#include "app/text.hpp"
#include "bench/link/link_settings.hpp"
#include "bench/runs/fake_camera.hpp"
#include "bench/runs/peers.hpp"

namespace jpegwire {
namespace {

std::string counted(int number, std::string_view what) {
  return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
}

std::string describe_rate(double frames_per_second) {
  return frames_per_second == 0 ? "unlimited rate" : fmt::format("{} frames/s", frames_per_second);
}

std::string describe_source(const std::string& source) {
  if (source == "test") return "test card";
  if (!is_fake_camera(source)) return without_password(source);
  return gives_jpegs(source) ? "a camera's JPEGs" : "a camera's YUYV";
}

using Words = std::array<std::string, 12>;
constexpr std::size_t kSizeWord = 0;
constexpr std::size_t kSenderWord = 1;

/// The size comes first, because the label of each case contains it.
Words words_of(const Case& one) {
  return {describe_size(one.size),
          one.sender,
          describe_rate(one.frames_per_second),
          fmt::format("quality {}", one.quality),
          std::string(name_of(one.transport)),
          one.congestion_control,
          counted(one.viewers, "viewer"),
          counted(one.threads, "thread"),
          describe_source(one.source),
          one.link.empty() ? "" : "a link of " + one.link,
          one.window ? "in windows" : "",
          one.optical ? "ages by the clock in the picture" : ""};
}

std::array<bool, std::tuple_size_v<Words>> differing(const std::vector<Case>& cases) {
  std::array<bool, std::tuple_size_v<Words>> differs{};
  const Words first = words_of(cases.front());
  for (const Case& one : cases) {
    const Words words = words_of(one);
    for (std::size_t i = 0; i < words.size(); ++i) differs[i] = differs[i] || words[i] != first[i];
  }
  return differs;
}

std::string join_where(const Words& words, const std::function<bool(std::size_t)>& is_wanted) {
  std::vector<std::string> wanted;
  for (std::size_t i = 0; i < words.size(); ++i)
    if (is_wanted(i) && !words[i].empty()) wanted.push_back(words[i]);
  return fmt::format("{}", fmt::join(wanted, ", "));
}

std::vector<std::string> join_differing(const std::vector<Case>& cases, bool with_size) {
  std::vector<std::string> labels;
  if (cases.empty()) return labels;
  const auto differs = differing(cases);
  for (const Case& one : cases)
    labels.push_back(join_where(
        words_of(one), [&](std::size_t i) { return differs[i] || (i == kSizeWord && with_size); }));
  return labels;
}

/// Combines each case with each value.
template <class Value>
void multiply(std::vector<Case>& cases, const std::vector<Value>& values, Value Case::* member) {
  std::vector<Case> product;
  for (const Case& one : cases)
    for (const Value& value : values) {
      product.push_back(one);
      product.back().*member = value;
    }
  cases = std::move(product);
}

std::vector<Case> beside_peers(const std::vector<Case>& cases, const Matrix& matrix) {
  std::vector<Case> all;
  for (const Case& one : cases) {
    all.push_back(one);
    if (one.transport != matrix.transports.front()) continue;
    for (const Peer* peer : matrix.peers) {
      if (one.viewers > 1 && !peer->serves_several) continue;
      Case& beside = all.emplace_back(one);
      beside.sender = peer->name;
      beside.transport = peer->transport;
    }
  }
  return all;
}

std::vector<Case> without_repetitions(const std::vector<Case>& cases) {
  std::vector<Case> different;
  for (const Case& one : cases)
    if (std::ranges::find(different, one) == different.end()) different.push_back(one);
  return different;
}

}  // namespace

bool Case::has_schedule() const { return !link.empty() && parse_link(link).has_schedule(); }

std::string_view name_of(Transport transport) {
  constexpr std::array<std::string_view, 3> kNames{"tcp", "http", "rtp"};
  return kNames[static_cast<std::size_t>(transport)];
}

std::vector<Case> cases_of(const Matrix& matrix) {
  std::vector<Case> cases(1);
  cases.front().link = matrix.link;
  cases.front().window = matrix.window;
  cases.front().optical = matrix.optical;
  multiply(cases, matrix.sources, &Case::source);
  multiply(cases, matrix.sizes, &Case::size);
  multiply(cases, matrix.frame_rates, &Case::frames_per_second);
  multiply(cases, matrix.qualities, &Case::quality);
  multiply(cases, matrix.transports, &Case::transport);
  multiply(cases, matrix.congestion_controls, &Case::congestion_control);
  multiply(cases, matrix.threads, &Case::threads);
  multiply(cases, matrix.viewers, &Case::viewers);
  if (!matrix.peers.empty()) cases = beside_peers(cases, matrix);
  for (Case& one : cases)
    if (one.transport == Transport::rtp) one.congestion_control.clear();
  return without_repetitions(cases);
}

std::string describe_size(const std::optional<PictureSize>& size) {
  return size ? fmt::format("{}x{}", size->width, size->height) : "own size";
}

std::vector<std::string> labels_of(const std::vector<Case>& cases) {
  return join_differing(cases, true);
}

std::vector<std::string> short_labels_of(const std::vector<Case>& cases) {
  return join_differing(cases, false);
}

std::string describe_common(const std::vector<Case>& cases) {
  if (cases.empty()) return "";
  const auto differs = differing(cases);
  return join_where(words_of(cases.front()), [&](std::size_t i) {
    return i != kSizeWord && i != kSenderWord && !differs[i];
  });
}

nlohmann::json to_json(const Case& one) {
  nlohmann::json values{
      {"size", one.size ? nlohmann::json(describe_size(one.size)) : nlohmann::json()},
      {"fps", one.frames_per_second},
      {"quality", one.quality},
      {"transport", name_of(one.transport)},
      {"viewers", one.viewers},
      {"threads", one.threads},
      {"source", without_password(one.source)}};
  if (!one.link.empty()) values["link"] = one.link;
  if (!one.congestion_control.empty()) values["congestion"] = one.congestion_control;
  if (one.window) values["window"] = true;
  if (one.optical) values["optical"] = true;
  if (!one.is_jpegwire()) values["sender"] = one.sender;
  return values;
}

std::string key_of(const nlohmann::json& one) {
  return one.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace jpegwire
