#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <vector>

namespace jpegwire {

/// The ages of many frames, merged from the distributions that viewers report.
class Distribution {
 public:
  /// Adds a viewer's `age_ms`, weighted by its number of frames. Ignores a value without a
  /// distribution.
  void add(const nlohmann::json& age_ms, double frames);

  void add(const Distribution& other);

  bool is_empty() const { return parts_.empty(); }

  /// The percentile (0 to 100) of the ages, as exactly as the merged distributions allow; nothing
  /// if no distribution was added.
  std::optional<double> percentile(double percent) const;

 private:
  struct Point {
    double value = 0;
    double share = 0;  // of the frames with at most this age
  };
  /// Linear between its points, which increase.
  struct Part {
    std::vector<Point> points;
    double weight = 0;

    double share_up_to(double value) const;
  };

  double share_up_to(double value) const;

  std::vector<Part> parts_;
};

}  // namespace jpegwire
