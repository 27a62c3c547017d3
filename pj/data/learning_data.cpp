#include "pj/data/learning_data.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"
#include "pj/data/bytes.hpp"

namespace pj {

namespace {

namespace fs = std::filesystem;

/// The files of a folder whose names begin so and end as data do, in the order of their names.
std::vector<std::string> files_named(const std::string& folder, const std::string& beginning,
                                     const std::string& ending) {
  std::vector<std::string> files;
  std::error_code fault;
  for (const auto& entry : fs::directory_iterator(folder, fault)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(beginning) && (name.ends_with(ending) || name.ends_with(ending + ".gz"))) {
      files.push_back(entry.path().string());
    }
  }
  std::ranges::sort(files);
  return files;
}

/// Several sets as one, in order.
DataSet joined(const std::vector<DataSet>& sets, const std::string& name) {
  DataSet all{.name = name};
  std::vector<std::size_t> first;
  for (const DataSet& set : sets) {
    first.push_back(all.labels.size());
    all.labels.insert(all.labels.end(), set.labels.begin(), set.labels.end());
  }
  all.sample = [sets, first](std::size_t i) {
    const auto set = static_cast<std::size_t>(std::ranges::upper_bound(first, i) - first.begin()) - 1;
    return sets[set].sample(i - first[set]);
  };
  return all;
}

std::optional<DataSet> opened(const std::vector<std::string>& files, const std::string& name) {
  if (files.empty()) {
    return std::nullopt;
  }
  std::vector<DataSet> sets;
  for (const std::string& file : files) {
    sets.push_back(load_data_set(file));
  }
  return sets.size() == 1 ? sets.front() : joined(sets, name);
}

bool is_folder(const std::string& path) {
  std::error_code fault;
  return fs::is_directory(path, fault);
}

LearningData open_folder(const std::string& folder, const std::string& name) {
  LearningData data{.name = name};
  if (data.train = opened(files_named(folder, "train-images", "ubyte"), name); data.train) {
    data.test = opened(files_named(folder, "t10k-images", "ubyte"), name + " test");
  } else if (data.train = opened(files_named(folder, "data_batch", ".bin"), name); data.train) {
    data.test = opened(files_named(folder, "test_batch", ".bin"), name + " test");
  } else if (is_folder(folder + "/train")) {
    data.train = load_image_folder(folder + "/train");
    if (is_folder(folder + "/test")) {
      data.test = load_image_folder(folder + "/test");
    }
  } else {
    data.train = load_data_set(folder);
  }
  return data;
}

/// The folder that a name stands for, or nothing.
std::string folder_of(const std::string& name, const std::vector<std::string>& folders) {
  for (const std::string& folder : folders) {
    if (is_folder(folder + "/" + name)) {
      return folder + "/" + name;
    }
  }
  return "";
}

}  // namespace

LearningData open_learning_data(const std::string& name, const std::vector<std::string>& folders,
                                const DataSetOptions& options) {
  std::error_code fault;
  if (is_folder(name)) {
    return open_folder(name, name);
  }
  const bool is_path = name.find_first_of("/.,") != std::string::npos || fs::exists(name, fault);
  if (!is_path) {
    const std::string folder = folder_of(name, folders);
    if (folder.empty()) {
      throw MissingInput("no data set '" + name + "' in " + join(folders, " or ") +
                         "; name the folder or file that holds it, or put it there");
    }
    return open_folder(folder, name);
  }
  if (name.ends_with(".txt") || name.ends_with(".txt.gz")) {
    return {.name = name, .text = read_data(name)};
  }
  return {.name = name, .train = load_data_set(name, options)};
}

}  // namespace pj
