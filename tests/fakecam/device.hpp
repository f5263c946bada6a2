#pragma once

#include <sys/stat.h>
#include <sys/types.h>

namespace fakecam {

// The state of a device according to the control file.
enum class Presence { kPlugged, kOther, kUnplugged, kHung, kDenied, kBusy };

constexpr mode_t kDeviceMode = S_IFCHR | 0660;
constexpr unsigned kDeviceMajor = 81;  // The kernel's number for V4L2 devices.
constexpr unsigned kDeviceMinor = 0;

constexpr int kMaxDevices = 2;
constexpr int kNoDevice = -1;

// The number of the camera's device with this path, or kNoDevice. Allocates nothing and takes no
// lock, because it is called for every path that any program opens, start-up code included.
int device_at(const char* path);

inline bool is_device_path(const char* path) { return device_at(path) != kNoDevice; }

// Reads the control file.
Presence presence(int device);

}  // namespace fakecam
