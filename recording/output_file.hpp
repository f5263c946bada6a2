#pragma once

#include <filesystem>

#include "app/descriptor.hpp"
#include "codec/frame.hpp"

namespace jpegwire {

/// Writes a file atomically, replacing an existing one: first to NAME.part, which is renamed.
/// Writes through no link: a link NAME is replaced, a link NAME.part is an error, and a regular
/// file NAME.part, which a crashed run left, is removed. Throws std::runtime_error with a sentence.
void write_whole_file(const std::filesystem::path& file, Bytes bytes);

/// Like write_whole_file(), for a name that the user has typed: the file to which a link NAME leads
/// is replaced, and the link remains.
void write_chosen_file(const std::filesystem::path& file, Bytes bytes);

/// Throws std::runtime_error with a sentence if no file can be created in the directory.
void require_writable(const std::filesystem::path& directory);

/// Throws std::runtime_error with a sentence if write_chosen_file() could not write. Call this
/// before producing the output.
void require_writable_file(const std::filesystem::path& file);

/// Creates an empty file. Throws std::runtime_error with a sentence, also if anything with that
/// name exists.
Descriptor require_new_file(const std::filesystem::path& file);

}  // namespace jpegwire
