#include "bench/report/report_file.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "end_to_end/tiny_disk.hpp"
#include "support/temporary_directory.hpp"

namespace jpegwire::report_file_test {
namespace {

namespace fs = std::filesystem;
using Catch::Matchers::Contains;

std::string text_of(const std::string& name) {
  std::ostringstream text;
  text << std::ifstream(name).rdbuf();
  return text.str();
}

void write_text(const std::string& name, const std::string& text) { std::ofstream(name) << text; }

std::ptrdiff_t files_in(const fs::path& directory) {
  return std::distance(fs::directory_iterator(directory), fs::directory_iterator());
}

TEST_CASE("a report is written completely, and no temporary file remains") {
  const TemporaryDirectory directory;
  const ReportFile report(directory / "report");
  CHECK(files_in(directory.path()) == 0);
  report.write("first");
  report.write("second");
  CHECK(text_of(directory / "report") == "second");
  CHECK(files_in(directory.path()) == 1);
}

TEST_CASE("the old content of a report file is kept until the report is written") {
  const TemporaryDirectory directory;
  write_text(directory / "report", "earlier");
  {
    const ReportFile unused(directory / "report");
  }
  CHECK(text_of(directory / "report") == "earlier");
  CHECK(files_in(directory.path()) == 1);
}

TEST_CASE("a report at a symbolic link is written to the link's target") {
  const TemporaryDirectory directory;
  write_text(directory / "report", "earlier");
  fs::create_symlink("report", directory / "link");
  ReportFile(directory / "link").write("new");
  CHECK(fs::is_symlink(directory / "link"));
  CHECK(text_of(directory / "report") == "new");
}

TEST_CASE("a link at the temporary file's name is refused before the runs") {
  const TemporaryDirectory directory;
  write_text(directory / "victim", "precious");
  fs::create_symlink("victim", directory / "report.part");
  CHECK_THROWS_WITH(ReportFile(directory / "report"), Contains("File exists"));
  CHECK(text_of(directory / "victim") == "precious");
}

TEST_CASE("what a crashed run left is replaced") {
  const TemporaryDirectory directory;
  write_text(directory / "report.part", "half of a report");
  ReportFile(directory / "report").write("new");
  CHECK(text_of(directory / "report") == "new");
  CHECK(files_in(directory.path()) == 1);
}

TEST_CASE("a report that cannot be written is rejected before the runs") {
  const TemporaryDirectory directory;
  CHECK_THROWS_WITH(ReportFile(directory / "no/report"), Contains("No such file"));
  CHECK_THROWS_WITH(ReportFile(directory.path()), Contains("Is a directory"));
  CHECK(files_in(directory.path()) == 0);
}

TEST_CASE("a device is written directly") {
  const ReportFile report("/dev/full");
  CHECK_THROWS_WITH(report.write("text"), Contains("'/dev/full'") && Contains("No space left"));
  CHECK(fs::is_character_file("/dev/full"));
}

TEST_CASE("on a full disk the new report fails and the earlier one is kept") {
  const TinyDisk disk("8k");
  if (!disk.is_mounted()) {
    WARN("skipped: only root may mount a small disk to fill");
    return;
  }
  write_text(disk.path() + "/report", "earlier");
  const ReportFile report(disk.path() + "/report");
  CHECK_THROWS_WITH(report.write(std::string(100'000, 'x')), Contains("No space left"));
  CHECK(text_of(disk.path() + "/report") == "earlier");
  CHECK(files_in(disk.path()) == 1);
}

}  // namespace
}  // namespace jpegwire::report_file_test
