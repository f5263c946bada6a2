#pragma once

#include <sys/stat.h>
#include <sys/types.h>

namespace fakecam {

// What the control file makes of the device.
enum class Presence { kPlugged, kUnplugged, kHung, kDenied, kBusy };

constexpr mode_t kDeviceMode = S_IFCHR | 0660;
constexpr unsigned kDeviceMajor = 81;  // The kernel's number for V4L2 devices.
constexpr unsigned kDeviceMinor = 0;

// Whether `path` is the camera's. Allocates nothing and takes no lock, as it is asked for every
// path any program opens, start-up code included.
bool is_device_path(const char* path);

// Looks at the control file.
Presence presence();

}  // namespace fakecam
