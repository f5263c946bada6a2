#pragma once

#include <sys/stat.h>
#include <sys/types.h>

namespace fakecam {

// The state of the device according to the control file.
enum class Presence { kPlugged, kUnplugged, kHung, kDenied, kBusy };

constexpr mode_t kDeviceMode = S_IFCHR | 0660;
constexpr unsigned kDeviceMajor = 81;  // The kernel's number for V4L2 devices.
constexpr unsigned kDeviceMinor = 0;

// Whether `path` is the camera's. Allocates nothing and takes no lock, because it is called for
// every path that any program opens, start-up code included.
bool is_device_path(const char* path);

// Reads the control file.
Presence presence();

}  // namespace fakecam
