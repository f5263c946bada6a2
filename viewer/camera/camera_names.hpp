#pragma once

#include <span>
#include <string>
#include <vector>

#include "net/open_stream.hpp"

namespace jpegwire {

/// The name of each camera of a mosaic: the shortest form of its address that is unique for all of
/// them, which is the host, the host and port, or these and the path. For an SDP file, its name.
std::vector<std::string> camera_names(std::span<const StreamAddress> streams);

}  // namespace jpegwire
