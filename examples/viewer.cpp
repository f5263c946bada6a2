// Receives JPEGs over TCP: each frame is its size in 4 bytes, big-endian, then the JPEG itself.
#include <arpa/inet.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>

constexpr std::uint32_t kMaxFrameBytes = 8 << 20;  // without a limit, a size could be 4 GB

template <typename Result>  // of a system call: -1 if it failed, and errno says why
Result check(Result result, const std::string& failure) {
  if (result == -1) throw std::system_error(errno, std::generic_category(), failure);
  return result;
}

int connect_to_sender(const std::string& host, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<in_port_t>(port));
  if (inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1)
    throw std::runtime_error(host + " is not an IPv4 address");
  const int sender = check(socket(AF_INET, SOCK_STREAM, 0), "cannot open a socket");
  check(connect(sender, reinterpret_cast<sockaddr*>(&address), sizeof address),
        "cannot connect to " + host + ":" + std::to_string(port));
  return sender;
}

// Returns `size` bytes, or fewer if the sender closes the connection before. recv() returns what
// has arrived: at least one byte, and perhaps only some of those it is asked for.
std::string receive(int sender, std::size_t size, int& reads) {
  std::string bytes(size, '\0');
  std::size_t received = 0;
  for (reads = 0; received < size; ++reads) {
    const auto count = recv(sender, &bytes[received], size - received, 0);
    if (check(count, "cannot receive") == 0) break;  // the sender has closed the connection
    received += static_cast<std::size_t>(count);
  }
  bytes.resize(received);
  return bytes;
}

std::string receive_frame(int sender, int& reads) {  // empty at the end of the stream
  const std::string prefix = receive(sender, 4, reads);
  if (prefix.empty()) return {};  // closed between two frames, which is an end as well
  if (prefix.size() < 4) throw std::runtime_error("the stream broke off inside a size");
  std::uint32_t size = 0;  // the most significant byte is first
  for (const char byte : prefix) size = size << 8 | static_cast<unsigned char>(byte);
  if (size > kMaxFrameBytes)
    throw std::runtime_error("a frame of " + std::to_string(size) + " bytes is over the limit");
  const std::string jpeg = receive(sender, size, reads);
  if (jpeg.size() < size) throw std::runtime_error("the stream broke off inside a frame");
  return jpeg;
}

int main(int argc, char* argv[]) try {
  if (argc < 3) {
    std::fprintf(stderr, "usage: viewer ADDRESS PORT [DIRECTORY]\n");
    return 2;
  }
  const int sender = connect_to_sender(argv[1], std::atoi(argv[2]));
  for (int number = 0, reads = 0;; ++number) {
    const std::string jpeg = receive_frame(sender, reads);
    if (jpeg.empty()) return 0;
    std::printf("frame %d: %zu bytes, reads: %d\n", number, jpeg.size(), reads);
    if (argc == 3) continue;
    char name[16];
    std::snprintf(name, sizeof name, "/%06d.jpg", number);
    std::ofstream file(argv[3] + std::string(name), std::ios::binary);
    if (!(file << jpeg << std::flush)) throw std::runtime_error("cannot save the frame");
  }
} catch (const std::exception& error) {
  std::fprintf(stderr, "viewer: %s\n", error.what());
  return 1;
}
