#pragma once

namespace jpegwire {

/// Lets the program open as many descriptors as it is allowed to: the usual 1024 are kept for
/// programs that use select(), and are too few for a thousand viewers.
void raise_descriptor_limit();

}  // namespace jpegwire
