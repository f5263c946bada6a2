#include "viewer/output/snapshot_saver.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <string>
#include <vector>

#include "support/temporary_directory.hpp"

namespace jpegwire::snapshot_saver_test {
namespace {

const WallTime kTaken{std::chrono::sys_days{std::chrono::year(2026) / 1 / 31} +
                      std::chrono::hours(14) + microseconds(123456)};

std::shared_ptr<const ReceivedFrame> make_frame(const std::string& bytes) {
  auto received = std::make_shared<ReceivedFrame>();
  auto& storage = received->jpeg.storage.emplace_back();
  for (const char c : bytes) storage.push_back(static_cast<std::byte>(c));
  received->last_byte = kTaken;
  return received;
}

std::string content_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A saver whose reports are kept.
class Saver {
 public:
  explicit Saver(const std::filesystem::path& directory)
      : saver(directory, "", [this](const std::string& sentence) {
          const std::scoped_lock lock(mutex_);
          results_.push_back(sentence);
        }) {}

  std::vector<std::string> results() {
    saver.finish(std::chrono::seconds(60));
    const std::scoped_lock lock(mutex_);
    return results_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> results_;

 public:
  SnapshotSaver saver;
};

TEST_CASE("a picture is saved as received, and its file is reported") {
  const TemporaryDirectory directory;
  const std::string bytes("\xff\xd8 the JPEG \0 as it came \xff\xd9", 26);
  Saver saver(directory.path());
  saver.saver.save(make_frame(bytes));
  const std::vector<std::string> results = saver.results();
  const std::string file = directory / snapshot_name_at(kTaken);
  CHECK(results == std::vector<std::string>{"saved " + file});
  CHECK(content_of(file) == bytes);
}

TEST_CASE("the file name contains the capture time in microseconds") {
  const std::string name = snapshot_name_at(kTaken);
  CHECK(name.starts_with("jpegwire-2026-0"));
  CHECK(name.ends_with("-00.123456.jpg"));
  CHECK(name.size() == std::string("jpegwire-2026-01-31T14-00-00.123456.jpg").size());
}

TEST_CASE("a picture never overwrites a file") {
  const TemporaryDirectory directory;
  Saver saver(directory.path());
  for (const char* bytes : {"one", "two", "three"}) saver.saver.save(make_frame(bytes));
  saver.results();
  const std::filesystem::path file = directory / snapshot_name_at(kTaken);
  const std::string stem = (file.parent_path() / file.stem()).string();
  CHECK(content_of(stem + ".jpg") == "one");
  CHECK(content_of(stem + "-2.jpg") == "two");
  CHECK(content_of(stem + "-3.jpg") == "three");
}

TEST_CASE("a failure to save a picture is reported, and the next one is tried") {
  const TemporaryDirectory directory;
  const std::filesystem::path later = directory / "later";
  Saver saver(later);
  saver.saver.save(make_frame("one"));
  saver.saver.save(make_frame("two"));
  const std::vector<std::string> results = saver.results();
  REQUIRE(results.size() == 2);
  for (const std::string& sentence : results) {
    CHECK(sentence.starts_with("not saved: cannot write '"));
    CHECK(sentence.ends_with("No such file or directory"));
  }
}

TEST_CASE("an incomplete picture is not saved") {
  const TemporaryDirectory directory;
  Saver saver(directory.path());
  saver.saver.save({});
  REQUIRE(saver.results().size() == 1);
  CHECK(saver.results()[0].starts_with("not saved: parts of this picture were lost"));
  CHECK(std::filesystem::is_empty(directory.path()));
}

}  // namespace
}  // namespace jpegwire::snapshot_saver_test
