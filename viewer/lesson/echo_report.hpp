#pragma once

#include <nlohmann/json_fwd.hpp>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "net/echo/echo_client.hpp"

namespace jpegwire {

/// How often a message of this size is sent there and back: the smaller, the more often.
std::size_t round_trips_of(std::size_t size);

/// 4, 8, 16 and so on, and at last `most`, which is at least 4.
std::vector<std::size_t> echo_sizes(std::size_t most);

// One line each, without its end.
std::string echo_table_head();
std::string echo_table_line(const EchoMeasurement& measurement);

/// The measurements for --summary, an object for each; docs/protocol.md has the names.
nlohmann::json echo_summary(const std::vector<EchoMeasurement>& measurements);

/// How time and number of reads grow with the size, both scales logarithmic: BGR, 960x600.
cv::Mat plot_echo(const std::vector<EchoMeasurement>& measurements);

}  // namespace jpegwire
