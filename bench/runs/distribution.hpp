#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <vector>

namespace jpegwire {

/// The ages of many frames, put together from the distributions that viewers tell.
class Distribution {
 public:
  /// A viewer's `age_ms`, which counts by its frames. Without a distribution in it, it is passed
  /// over.
  void add(const nlohmann::json& age_ms, double frames);

  void add(const Distribution& other);

  bool is_empty() const { return parts_.empty(); }

  /// The smallest value that is not below `percent` (0 to 100) of the frames, as exactly as the
  /// parts tell; nothing where there are none.
  std::optional<double> percentile(double percent) const;

 private:
  struct Point {
    double value = 0;
    double share = 0;  // of the frames that are not above it
  };
  /// Straight between its points, which rise.
  struct Part {
    std::vector<Point> points;
    double weight = 0;

    double share_up_to(double value) const;
  };

  double share_up_to(double value) const;

  std::vector<Part> parts_;
};

}  // namespace jpegwire
