#pragma once

#include <string>
#include <vector>

#include "app/child_process.hpp"
#include "bench/runs/matrix.hpp"

namespace jpegwire {

/// Whether the source is "fake:yuyv" or "fake:mjpg": a simulated camera for each program, which
/// draws the capture time into its pictures (tests/fakecam).
bool is_fake_camera(const std::string& source);

/// Whether the source is a fake camera, or a real one with its pixel format, so that all programs
/// get the same format: "/dev/video0:yuyv", "/dev/video0:mjpg".
bool is_camera(const std::string& source);

/// The path of the camera's device.
std::string camera_device(const std::string& source);

/// Whether the camera is configured to deliver JPEGs.
bool gives_jpegs(const std::string& source);

/// The preloaded library that simulates the camera, installed next to this program or in its build
/// directory. Throws std::runtime_error if it is missing.
std::string find_fake_camera();

/// The command, prefixed with the environment that simulates the case's camera.
Command with_fake_camera(const std::string& library, const Case& one, const Command& command);

}  // namespace jpegwire
