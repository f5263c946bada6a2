#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/picture_size.hpp"

namespace jpegwire {

struct Peer;

enum class Transport { tcp, http, rtp };

/// "tcp", "http" or "rtp".
std::string_view name_of(Transport transport);

inline constexpr const char* kJpegwire = "jpegwire";

/// What is measured under one set of conditions.
struct Case {
  std::optional<PictureSize> size = kDefaultPictureSize;  // nothing: the source's own
  double frames_per_second = 30;                          // 0: as fast as the source gives
  int quality = 80;
  Transport transport = Transport::tcp;
  int viewers = 1;
  int threads = 1;  // of the sender, and of each viewer
  std::string source = "test";
  std::string link{};             // as --link has it; empty: loopback
  bool window = false;            // the viewers show their pictures
  bool optical = false;           // ages are what a clock in the picture tells
  std::string sender{kJpegwire};  // or a peer's name

  bool is_jpegwire() const { return sender == kJpegwire; }
  bool operator==(const Case&) const = default;
};

/// The values to go through; no list is empty. Their product is the set of cases.
struct Matrix {
  std::vector<std::optional<PictureSize>> sizes;
  std::vector<double> frame_rates;
  std::vector<int> qualities;
  std::vector<Transport> transports;
  std::vector<int> viewers;
  std::vector<int> threads;
  std::vector<std::string> sources;
  std::string link{};
  bool window = false;
  bool optical = false;
  std::vector<const Peer*> peers{};  // are measured beside jpegwire
};

/// Those of a peer follow jpegwire's, once for all transports: it has its own. What it cannot do is
/// left out.
std::vector<Case> cases_of(const Matrix& matrix);

/// "1280x720", or "own size" where the source has its own.
std::string describe_size(const std::optional<PictureSize>& size);

/// One line for each of the cases: of each, what is not the same in all of them, and its size.
std::vector<std::string> labels_of(const std::vector<Case>& cases);

/// Likewise, but its size only where that is not the same.
std::vector<std::string> short_labels_of(const std::vector<Case>& cases);

/// One line: what is the same in all cases; empty where there is nothing.
std::string describe_common(const std::vector<Case>& cases);

/// As it stands in the file of --json, by which --compare knows a case again.
nlohmann::json to_json(const Case& one);

/// What to_json() gave of two equal cases is equal as this text too, whatever bytes a source's name
/// has.
std::string key_of(const nlohmann::json& one);

}  // namespace jpegwire
