#pragma once

#include <span>
#include <string>
#include <vector>

#include "net/open_stream.hpp"

namespace jpegwire {

/// What each camera of a mosaic is called: as little of its address as tells all of them apart, its
/// host, then with the port, then with the path. An SDP file is called by its name.
std::vector<std::string> camera_names(std::span<const StreamAddress> streams);

}  // namespace jpegwire
