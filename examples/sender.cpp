// Sends JPEG files to one viewer over TCP: each frame is its size in 4 bytes, then the JPEG itself.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>

template <typename Result>  // of a system call: -1 if it failed, and errno says why
Result check(Result result, const std::string& failure) {
  if (result == -1) throw std::system_error(errno, std::generic_category(), failure);
  return result;
}

int accept_viewer(const std::string& host, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<in_port_t>(port));
  if (inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1)
    throw std::runtime_error(host + " is not an IPv4 address");
  const std::string name = host + ":" + std::to_string(port);
  const int server = check(socket(AF_INET, SOCK_STREAM, 0), "cannot open a socket");
  const int yes = 1;  // without this the port can stay taken for a minute after the sender's end
  check(setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes), "cannot reuse the port");
  check(bind(server, reinterpret_cast<sockaddr*>(&address), sizeof address), "cannot use " + name);
  check(listen(server, 1), "cannot listen on " + name);
  std::cout << "waiting for a viewer on " << name << std::endl;
  const int viewer = check(accept(server, nullptr, nullptr), "cannot accept a viewer");
  close(server);
  return viewer;
}

void send_frame(int viewer, const std::string& jpeg) {
  const std::size_t size = jpeg.size();  // in 4 bytes, big-endian: the most significant first
  const std::string prefix{char(size >> 24), char(size >> 16), char(size >> 8), char(size)};
  const std::string bytes = prefix + jpeg;
  // send() may take only some of the bytes, as many as the kernel has room for.
  for (std::size_t sent = 0; sent < bytes.size();)
    sent += check(send(viewer, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL),
                  "cannot send to the viewer");
}

std::string read_jpeg(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  const std::string bytes(std::istreambuf_iterator<char>(file), {});
  if (bytes.starts_with("\xff\xd8")) return bytes;
  throw std::runtime_error(path + " is not a JPEG");
}

int main(int argc, char* argv[]) try {
  const double rate = argc < 5 ? 0 : std::atof(argv[3]);
  if (!(rate > 0)) {
    std::cerr << "usage: sender ADDRESS PORT FRAMES_PER_SECOND FILE.jpg...\n";
    return 2;
  }
  const int viewer = accept_viewer(argv[1], std::atoi(argv[2]));
  for (int i = 4; i < argc; ++i) {
    send_frame(viewer, read_jpeg(argv[i]));
    std::this_thread::sleep_for(std::chrono::duration<double>(1 / rate));
  }
  send_frame(viewer, "");  // size 0 ends the stream
  // Closing with unread bytes would reset the connection, and the viewer could lose frames:
  shutdown(viewer, SHUT_WR);
  char unread[4096];  // jpegwire-viewer reports when frames arrive
  while (recv(viewer, unread, sizeof unread, 0) > 0) continue;
} catch (const std::exception& error) {
  std::cerr << "sender: " << error.what() << '\n';
  return 1;
}
