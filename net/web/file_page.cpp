#include "net/web/file_page.hpp"

#include <fmt/format.h>

#include <string_view>

#include "net/http/http_url.hpp"

namespace jpegwire {
namespace {

constexpr std::string_view kBegin = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>jpegwire: files</title>
<style>
:root { color-scheme: light dark; font-family: sans-serif; }
td { padding: 0.3em 1.5em 0.3em 0; overflow-wrap: anywhere; }
td + td { text-align: right; white-space: nowrap; }
</style>
</head>
<body>
<h1>Recordings and pictures</h1>
)";

constexpr std::string_view kEnd = "</body>\n</html>\n";

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '&')
      result += "&amp;";
    else if (c == '<')
      result += "&lt;";
    else
      result.push_back(c);
  }
  return result;
}

// No link if the file would be refused.
std::string make_row(const OfferedFile& file) {
  const std::string name =
      file.is_being_written
          ? escaped(file.name)
          : fmt::format("<a href=\"{}\">{}</a>", percent_encode(file.name), escaped(file.name));
  return fmt::format(
      "<tr><td>{}</td><td>{}</td><td>{}</td></tr>\n", name, describe_file_size(file.size_bytes),
      file.is_being_written ? "still being written" : describe_file_time(file.modified));
}

}  // namespace

std::string make_file_page(const FileList& list) {
  std::string page(kBegin);
  if (list.files.empty()) page += "<p>No files are shared yet.</p>\n";
  page += "<table>\n";
  for (const OfferedFile& file : list.files) page += make_row(file);
  page += "</table>\n";
  if (list.left_out > 0) page += fmt::format("<p>and {} older files</p>\n", list.left_out);
  return page.append(kEnd);
}

}  // namespace jpegwire
