#pragma once

#include <string_view>

namespace jpegwire {

/// Another program of jpegwire that has this option, such as "jpegwire-sender" for "--size"; empty
/// if none has it.
std::string_view other_owner_of(std::string_view option, std::string_view program);

}  // namespace jpegwire
