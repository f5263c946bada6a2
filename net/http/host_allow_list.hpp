#pragma once

#include <asio/ip/address.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace jpegwire {

/// The host names that requests may use for this machine. A web page of another site can have its
/// own name resolved to this machine's address (DNS rebinding), and could then read the picture as
/// its own origin; such a request names that page's host.
class HostAllowList {
 public:
  /// Besides `names`, allows localhost and this machine's own name: fully qualified, short, and
  /// with a suffix that home networks use, such as ".local", ".lan" and ".fritz.box".
  explicit HostAllowList(const std::vector<std::string>& names);

  /// `host` has no port, and an IPv6 address no brackets. `local` is the address that the
  /// connection was made to, which is allowed as a host, like any address of the loopback
  /// interface.
  bool allows(std::string_view host, const asio::ip::address& local) const;

 private:
  std::vector<std::string> names_;  // without a dot at the end
};

}  // namespace jpegwire
