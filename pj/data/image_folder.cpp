#include <algorithm>
#include <filesystem>
#include <memory>

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"
#include "pj/data/bytes.hpp"
#include "pj/data/data_set.hpp"

namespace pj {

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t most_image_bytes = std::int64_t{1} << 28;

/// Files with their classes.
struct Listing {
  std::vector<std::string> files;
  std::vector<std::vector<std::int64_t>> labels;
};

/// Whole numbers between bars, as `282|283`; empty where the text is something else.
std::vector<std::int64_t> classes_of(const std::string& text) {
  if (text.empty() || text.find_first_not_of("0123456789| \r") != std::string::npos) {
    return {};
  }
  std::vector<std::int64_t> classes;
  for (const std::string& part : split(text, '|')) {
    classes.push_back(parse_integer(trimmed(part), "a class"));
  }
  return classes;
}

/// Lines of FILE and, in the first column that holds only numbers, the classes that are right.
Listing read_listing(const std::string& folder, const std::string& name, char separator) {
  const std::string path = folder + "/" + name;
  Listing listing;
  for (const std::string& line : split(read_data(path, most_image_bytes), '\n')) {
    const std::vector<std::string> fields = split(line, separator);
    std::vector<std::int64_t> classes;
    for (std::size_t i = 1; i < fields.size() && classes.empty(); ++i) {
      classes = classes_of(fields[i]);
    }
    const bool is_header = listing.files.empty() && classes.empty();
    if (trimmed(line).empty() || is_header) {
      continue;
    }
    if (classes.empty()) {
      throw InputError({path}, "gives no class for '" + fields.front() + "'; write FILE and a number, as in cat.png" +
                                   std::string(1, separator) + "3");
    }
    listing.files.push_back(folder + "/" + fields.front());
    listing.labels.push_back(classes);
  }
  return listing;
}

std::vector<fs::path> sorted_entries(const fs::path& folder, bool folders) {
  std::vector<fs::path> entries;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_directory() == folders) {
      entries.push_back(entry.path());
    }
  }
  std::sort(entries.begin(), entries.end());
  return entries;
}

/// A folder for each class, counted in the order of their names.
Listing class_folders(const std::string& folder) {
  Listing listing;
  std::int64_t label = 0;
  for (const fs::path& of_class : sorted_entries(folder, true)) {
    for (const fs::path& file : sorted_entries(of_class, false)) {
      listing.files.push_back(file.string());
      listing.labels.push_back({label});
    }
    ++label;
  }
  return listing;
}

Listing listing_of(const std::string& folder) {
  if (fs::exists(folder + "/labels.csv")) {
    return read_listing(folder, "labels.csv", ',');
  }
  return fs::exists(folder + "/labels.tsv") ? read_listing(folder, "labels.tsv", '\t') : class_folders(folder);
}

}  // namespace

DataSet load_image_folder(const std::string& folder) {
  Listing listing = listing_of(folder);
  if (listing.files.empty()) {
    throw InputError({folder}, "has no images with labels; give it a folder for each class, or a labels.csv");
  }
  const auto files = std::make_shared<const std::vector<std::string>>(std::move(listing.files));
  return {folder, std::move(listing.labels), [files](std::size_t i) -> SampleData {
            const std::string& file = (*files)[i];
            return decode_image(read_data(file, most_image_bytes), file);
          }};
}

}  // namespace pj
