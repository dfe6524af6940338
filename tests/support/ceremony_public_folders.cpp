#include <algorithm>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "support/public_folders.h"

namespace support {

namespace {

namespace fs = std::filesystem;

// What an outsider sees of a file without reading it.
struct Shape {
  bool folder = false;
  std::vector<std::size_t> line_lengths;  // and the rest after the last LF

  bool operator==(const Shape&) const = default;
};

Shape shape_of(const fs::path& path) {
  if (fs::is_directory(path)) {
    return {true, {}};
  }
  std::ifstream file(path, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(file), {}};
  Shape shape;
  std::size_t start = 0;
  for (std::size_t end = content.find('\n'); end != std::string::npos;
       end = content.find('\n', start)) {
    shape.line_lengths.push_back(end - start);
    start = end + 1;
  }
  shape.line_lengths.push_back(content.size() - start);
  return shape;
}

std::map<std::string, Shape> shapes_below(const fs::path& top) {
  std::map<std::string, Shape> shapes;
  for (const auto& entry : fs::recursive_directory_iterator(top)) {
    shapes[entry.path().lexically_relative(top).string()] = shape_of(entry.path());
  }
  return shapes;
}

std::string difference(const std::string& name, const Shape& one, const Shape& other) {
  std::ostringstream text;
  text << name << ": " << one.line_lengths.size() << " and " << other.line_lengths.size()
       << " lines";
  const std::size_t common = std::min(one.line_lengths.size(), other.line_lengths.size());
  for (std::size_t line = 0; line < common; ++line) {
    if (one.line_lengths[line] != other.line_lengths[line]) {
      text << "; line " << line + 1 << " has " << one.line_lengths[line] << " and "
           << other.line_lengths[line] << " bytes";
      break;
    }
  }
  return text.str();
}

}  // namespace

std::string first_difference_in_shape(const fs::path& one, const fs::path& other) {
  const auto mine = shapes_below(one);
  const auto theirs = shapes_below(other);
  for (const auto& [name, shape] : mine) {
    const auto same = theirs.find(name);
    if (same == theirs.end()) {
      return name + " stands in one folder alone";
    }
    if (!(same->second == shape)) {
      return difference(name, shape, same->second);
    }
  }
  for (const auto& [name, shape] : theirs) {
    if (mine.count(name) == 0) {
      return name + " stands in the other folder alone";
    }
  }
  return "";
}

}  // namespace support
