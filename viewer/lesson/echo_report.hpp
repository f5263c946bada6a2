#pragma once

#include <nlohmann/json_fwd.hpp>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "net/echo/echo_client.hpp"

namespace jpegwire {

/// The number of round trips of a message of this size; small messages get more.
std::size_t round_trips_of(std::size_t size);

/// 4, 8, 16 and so on, and finally `max_bytes`, which is at least 4.
std::vector<std::size_t> echo_sizes(std::size_t max_bytes);

// One line each, without the line break.
std::string echo_table_head();
std::string echo_table_line(const EchoMeasurement& measurement);

/// The measurements for --summary, one object each; docs/protocol.md describes the fields.
nlohmann::json echo_summary(const std::vector<EchoMeasurement>& measurements);

/// Plots the time and the number of reads against the size, on logarithmic scales: BGR, 960x600.
cv::Mat plot_echo(const std::vector<EchoMeasurement>& measurements);

}  // namespace jpegwire
