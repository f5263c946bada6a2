#pragma once

#include <string>

#include "sender/pipeline/report.hpp"

namespace jpegwire {

/// The report in Prometheus' text format, version 0.0.4; the names are documented in
/// docs/protocol.md.
std::string describe_metrics(const SenderReport& report);

}  // namespace jpegwire
