#pragma once

#include <asio/ip/address.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http/file_fields.hpp"
#include "net/http/http_answer.hpp"
#include "net/http/http_request.hpp"
#include "net/sockets/admission.hpp"
#include "net/web/file_digests.hpp"
#include "net/web/shared_directory.hpp"

namespace jpegwire {

/// Whether a request is for the list of shared files, or for one of them.
bool is_about_files(std::string_view path);

/// The answer to one file request, produced in steps. Has no sockets. Blocks on the disk, so call
/// it on a thread that may wait. Bound to one thread at a time.
class FileAnswer {
 public:
  /// The state shared by all answers; must outlive them.
  struct Source {
    const SharedDirectory& directory;
    FileDigests& digests;
    Admission& places;  // for answers that read a file
  };

  enum class Step {
    more,     // send the bytes, then call again
    last,     // send the bytes, then end the connection
    cut_off,  // stop sending: the file has changed
  };

  FileAnswer(Source source, HttpRequest request, const asio::ip::address& client)
      : source_(source), request_(std::move(request)), client_(client) {}

  /// Appends the next bytes, possibly none, to `out`.
  Step next(std::vector<std::byte>& out);

  /// Releases its place for another answer. Call it once all bytes have been sent.
  void leave_place() { place_.reset(); }

  /// Whether it has read from a file; if so, from which, and the offset of the first byte to send.
  bool is_transfer() const { return is_transfer_; }
  const std::string& name() const { return name_; }
  std::uint64_t first_byte() const { return first_byte_; }

 private:
  Step begin(std::vector<std::byte>& out);
  Step answer_list(std::vector<std::byte>& out);
  Step begin_file(std::vector<std::byte>& out);
  Step answer_without_bytes(int status, std::string fields, std::vector<std::byte>& out);
  Step hash_some(std::vector<std::byte>& out);
  Step send_head(std::vector<std::byte>& out);
  Step send_some(std::vector<std::byte>& out);
  Step refuse(int status, const std::string& sentence, std::vector<std::byte>& out,
              const std::string& fields = "");
  Step refuse_to_open(std::error_code error, std::vector<std::byte>& out);
  Step put(AnswerHead head, std::string_view body, std::vector<std::byte>& out) const;
  bool is_unmodified() const;
  RangeChoice chosen_range() const;
  bool read_at(std::uint64_t offset, std::span<std::byte> space);
  std::string validators() const;
  std::string describing_fields() const;

  Source source_;
  HttpRequest request_;
  asio::ip::address client_;
  std::optional<Admission::Ticket> place_;
  std::string name_;
  std::optional<SharedFile> file_;
  int status_ = 200;
  std::uint64_t first_byte_ = 0;
  ByteRange range_;  // that is still to be sent
  bool is_transfer_ = false;
  bool has_sent_head_ = false;
};

}  // namespace jpegwire
