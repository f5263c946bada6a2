#pragma once

#include <filesystem>

#include "app/descriptor.hpp"
#include "codec/frame.hpp"

namespace jpegwire {

// For files whose names the programs make up: whoever can write to the directory can guess such a
// name, and place a link there that leads to another file of the user. Failures are in errno.

/// Creates a file for writing; not open if anything with that name exists, a link included.
Descriptor create_new_file(const std::filesystem::path& file);

/// Like create_new_file(), but a regular file with that name, such as the NAME.part of a run that
/// has crashed, is removed before. Anything else with that name remains, and is EEXIST.
Descriptor create_anew(const std::filesystem::path& file);

/// False if not all bytes could be written.
bool write_all(const Descriptor& file, Bytes bytes);

/// Some file systems report only now that they could not write. False in that case.
bool close_written(Descriptor file);

}  // namespace jpegwire
