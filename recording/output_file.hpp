#pragma once

#include <filesystem>

#include "codec/frame.hpp"

namespace jpegwire {

/// Writes a file atomically, replacing an existing one. Throws std::runtime_error with a sentence.
void write_whole_file(const std::filesystem::path& file, Bytes bytes);

/// Throws std::runtime_error with a sentence if no file can be created in the directory.
void require_writable(const std::filesystem::path& directory);

/// Throws std::runtime_error with a sentence if write_whole_file() could not write. Call this
/// before producing the output.
void require_writable_file(const std::filesystem::path& file);

/// Creates an empty file. Throws std::runtime_error with a sentence, also if the file exists.
void create_new_file(const std::filesystem::path& file);

}  // namespace jpegwire
