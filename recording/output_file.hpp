#pragma once

#include <filesystem>

#include "codec/frame.hpp"

namespace jpegwire {

/// Writes a file, in place of one that is there, so that it is there whole or not at all. Throws
/// std::runtime_error with a sentence.
void write_whole_file(const std::filesystem::path& file, Bytes bytes);

/// Throws std::runtime_error with a sentence where no file can be made in the directory.
void require_writable(const std::filesystem::path& directory);

/// Throws std::runtime_error with a sentence where write_whole_file() could not write. To be asked
/// before the work whose fruit it is.
void require_writable_file(const std::filesystem::path& file);

/// Makes an empty file. Throws std::runtime_error with a sentence, also where there is one already.
void create_new_file(const std::filesystem::path& file);

}  // namespace jpegwire
