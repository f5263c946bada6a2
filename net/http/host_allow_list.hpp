#pragma once

#include <asio/ip/address.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace jpegwire {

/// The names that a request may call this machine by. A web page from elsewhere can have its own
/// name resolved to this machine's address (DNS rebinding), and would then read the picture as if
/// it were its own; such a request names that page's host.
class HostAllowList {
 public:
  /// Besides `names`: localhost, and this machine's own name, short, whole and with ".local".
  explicit HostAllowList(const std::vector<std::string>& names);

  /// `host` without a port, IPv6 without brackets; `local` is the address that the connection was
  /// made to, by which it may be called too, as by any address of the loopback interface.
  bool allows(std::string_view host, const asio::ip::address& local) const;

 private:
  std::vector<std::string> names_;  // without a dot at the end
};

}  // namespace jpegwire
