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

/// One combination of conditions to measure.
struct Case {
  std::optional<PictureSize> size = kDefaultPictureSize;  // nothing: the size of the source
  double frames_per_second = 30;                          // 0: as fast as the source delivers
  int quality = 80;
  Transport transport = Transport::tcp;
  int viewers = 1;
  int threads = 1;  // of the sender, and of each viewer
  std::string source = "test";
  std::string link{};                // the value of --link; empty: loopback
  std::string congestion_control{};  // of the sender's TCP connections; empty: the system's
  bool window = false;               // the viewers open windows
  bool optical = false;              // the age is read from a clock in the picture
  std::string sender{kJpegwire};     // or a peer's name

  bool is_jpegwire() const { return sender == kJpegwire; }

  /// Whether the rate of the link changes during the measurement.
  bool has_schedule() const;
  bool operator==(const Case&) const = default;
};

/// The values to combine; no list is empty. The cases are their product.
struct Matrix {
  std::vector<std::optional<PictureSize>> sizes;
  std::vector<double> frame_rates;
  std::vector<int> qualities;
  std::vector<Transport> transports;
  std::vector<int> viewers;
  std::vector<int> threads;
  std::vector<std::string> sources;
  std::string link{};
  std::vector<std::string> congestion_controls{""};
  bool window = false;
  bool optical = false;
  std::vector<const Peer*> peers{};  // measured in addition to jpegwire
};

/// All combinations. The cases of a peer follow those of jpegwire, once for all transports, because
/// each peer has a fixed one. Cases that a peer does not support are omitted. Cases without TCP
/// have no congestion control.
std::vector<Case> cases_of(const Matrix& matrix);

/// "1280x720", or "own size" for the size of the source.
std::string describe_size(const std::optional<PictureSize>& size);

/// One line for each case: its size, and the values in which the cases differ.
std::vector<std::string> labels_of(const std::vector<Case>& cases);

/// Like labels_of(), but contains the size only if the cases differ in it.
std::vector<std::string> short_labels_of(const std::vector<Case>& cases);

/// One line: the values that all cases share; empty if there are none.
std::string describe_common(const std::vector<Case>& cases);

/// The case as written by --json; --compare identifies cases by it.
nlohmann::json to_json(const Case& one);

/// The text of a case's to_json(), for comparison: equal for equal cases, even if a source's name
/// is not valid UTF-8.
std::string key_of(const nlohmann::json& one);

}  // namespace jpegwire
