#include "net/http/host_allow_list.hpp"

#include <algorithm>
#include <array>

#include "app/host_name.hpp"
#include "app/text.hpp"

namespace jpegwire {
namespace {

std::string_view without_root(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  return name;
}

/// What routers and operating systems append to the names of machines in a home. Nobody can
/// register such a name, but for fritz.box, which belongs to the maker of these routers.
constexpr std::array<std::string_view, 7> kHomeSuffixes{
    ".lan", ".local", ".home", ".home.arpa", ".internal", ".localdomain", ".fritz.box"};

/// An IPv4-mapped IPv6 address equals its IPv4 address; an IPv6 zone is ignored.
asio::ip::address plain(const asio::ip::address& address) {
  if (!address.is_v6()) return address;
  const asio::ip::address_v6 v6 = address.to_v6();
  if (v6.is_v4_mapped()) return asio::ip::make_address_v4(asio::ip::v4_mapped, v6);
  return asio::ip::address_v6(v6.to_bytes());
}

}  // namespace

HostAllowList::HostAllowList(const std::vector<std::string>& names) {
  const std::string own(without_root(host_name()));
  const std::string shortened = own.substr(0, own.find('.'));
  names_ = {"localhost"};
  if (!shortened.empty()) {
    names_.insert(names_.end(), {own, shortened});
    for (const std::string_view suffix : kHomeSuffixes)
      names_.push_back(shortened + std::string(suffix));
  }
  for (const std::string& name : names) names_.emplace_back(without_root(name));
}

bool HostAllowList::allows(std::string_view host, const asio::ip::address& local) const {
  std::error_code error;
  const asio::ip::address address = asio::ip::make_address(std::string(host), error);
  if (!error) {
    const asio::ip::address called = plain(address);
    if (called.is_loopback() || called == plain(local)) return true;
  }
  return std::ranges::any_of(names_, [name = without_root(host)](const std::string& own) {
    return equal_ignoring_case(own, name);
  });
}

}  // namespace jpegwire
