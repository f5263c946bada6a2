#pragma once

#include <string>
#include <vector>

#include "app/child_process.hpp"
#include "bench/runs/matrix.hpp"

namespace jpegwire {

/// Whether the source is "fake:yuyv" or "fake:mjpg": a camera of its own for each program, in whose
/// pictures is the time at which they were taken (tests/fakecam).
bool is_fake_camera(const std::string& source);

/// Whether the source is such a camera, or a real one with what it is asked for, so that all
/// programs get the same: "/dev/video0:yuyv", "/dev/video0:mjpg".
bool is_camera(const std::string& source);

/// Where it is found.
std::string camera_device(const std::string& source);

/// Whether the camera is asked for JPEGs.
bool gives_jpegs(const std::string& source);

/// The library that makes a program see such a camera, with this program or in its build. Throws
/// std::runtime_error where it is missing.
std::string find_fake_camera();

/// The command with the case's camera in front of it.
Command with_fake_camera(const std::string& library, const Case& one, const Command& command);

}  // namespace jpegwire
