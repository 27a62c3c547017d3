#include "pj/data/data_set.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <memory>
#include <utility>

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"
#include "pj/data/bytes.hpp"
#include "pj/data/idx.hpp"
#include "pj/data/npy.hpp"
#include "pj/network/elements.hpp"

namespace pj {

namespace {

using Labels = std::vector<std::vector<std::int64_t>>;

/// Sample i of a tensor whose first axis counts samples.
Constant row_of(const Constant& all, std::size_t i) {
  const std::size_t bytes = all.bytes.size() / static_cast<std::size_t>(std::max<std::int64_t>(all.shape[0], 1));
  const auto begin = all.bytes.begin() + static_cast<std::ptrdiff_t>(i * bytes);
  return {all.format, {all.shape.begin() + 1, all.shape.end()}, {begin, begin + static_cast<std::ptrdiff_t>(bytes)}};
}

/// Two axes of bytes are a grey picture.
SampleData picture_or_numbers(const Constant& numbers) {
  const bool is_picture = numbers.shape.size() == 2 && numbers.format == NumberFormat::fixed(8, false);
  if (!is_picture) {
    return numbers;
  }
  Image image{static_cast<int>(numbers.shape[0]), static_cast<int>(numbers.shape[1]), 1, {}};
  image.pixels.resize(numbers.bytes.size());
  std::memcpy(image.pixels.data(), numbers.bytes.data(), numbers.bytes.size());
  return image;
}

DataSet set_of(const std::string& name, Constant tensor, Labels labels) {
  const std::int64_t samples = tensor.shape.empty() ? 0 : tensor.shape[0];
  if (samples == 0 || std::cmp_not_equal(samples, labels.size())) {
    throw InputError({name}, "has " + counted(samples, "sample") + " and " + counted(std::ssize(labels), "label") +
                                 "; give one label for each");
  }
  const auto all = std::make_shared<const Constant>(std::move(tensor));
  return {name, std::move(labels), [all](std::size_t i) { return picture_or_numbers(row_of(*all, i)); }};
}

/// Records that only their number and their size describe.
Constant records_of(const std::string& bytes, const std::string& file, std::size_t count, const NumberFormat& format) {
  const auto width = static_cast<std::size_t>(stored_bytes(format));
  if (count == 0 || bytes.size() % (count * width) != 0) {
    throw InputError({file}, "has " + grouped(std::ssize(bytes)) + " bytes, which are not " +
                                 counted(static_cast<std::int64_t>(count), "record") + " of equal size; give as many " +
                                 "labels as records");
  }
  const auto* first = reinterpret_cast<const std::byte*>(bytes.data());
  const auto elements = static_cast<std::int64_t>(bytes.size() / count / width);
  return {format, {static_cast<std::int64_t>(count), elements}, {first, first + bytes.size()}};
}

DataSet load_pair(const std::string& data, const std::string& label_file, const DataSetOptions& options) {
  Labels labels = parse_labels(read_data(label_file), label_file);
  const std::string bytes = read_data(data);
  if (is_idx(bytes)) {
    return set_of(data, parse_idx(bytes, data), std::move(labels));
  }
  if (bytes.starts_with("\x93NUMPY")) {
    return set_of(data, parse_npy(bytes, data), std::move(labels));
  }
  Constant records = records_of(bytes, data, labels.size(), options.records);
  return set_of(data, std::move(records), std::move(labels));
}

/// The name with the last `from` replaced; empty where it is not there.
std::string replaced(std::string name, const std::string& from, const std::string& to) {
  const std::size_t at = name.rfind(from);
  return at == std::string::npos ? "" : name.replace(at, from.size(), to);
}

/// The labels that MNIST's names put beside its images.
std::string labels_beside(const std::string& images) {
  for (const auto& [from, to] : {std::pair("images-idx3", "labels-idx1"), std::pair("images.idx3", "labels.idx1")}) {
    const std::string name = replaced(images, from, to);
    if (!name.empty() && std::filesystem::exists(name)) {
      return name;
    }
  }
  throw InputError({images}, "has images and no labels beside it; give both files as IMAGES,LABELS");
}

bool ends_as(const std::string& path, const std::string& ending) {
  return path.ends_with(ending) || path.ends_with(ending + ".gz");
}

std::int64_t label_of(std::string_view text, const std::string& file) {
  const std::int64_t label = parse_integer(trimmed(text), file + ": a class");
  constexpr std::int64_t most_classes = 1 << 20;
  if (label < 0 || label >= most_classes) {
    throw InputError({file}, "has the class " + std::to_string(label) + "; classes count from 0 and are below " +
                                 grouped(most_classes));
  }
  return label;
}

}  // namespace

Labels parse_labels(const std::string& bytes, const std::string& file) {
  Labels labels;
  if (is_idx(bytes)) {
    const Constant tensor = parse_idx(bytes, file);
    if (tensor.shape.size() != 1 || !is_whole(tensor.format)) {
      throw InputError({file}, "is " + shape_text(tensor.shape) + " " + to_string(tensor.format) +
                                   "; labels are one axis of whole numbers");
    }
    for (const std::int64_t label : whole_numbers(tensor)) {
      labels.push_back({label_of(std::to_string(label), file)});
    }
    return labels;
  }
  for (const std::string& line : split(bytes, '\n')) {
    if (!trimmed(line).empty()) {
      labels.push_back({label_of(std::string_view(line).substr(line.rfind(',') + 1), file)});
    }
  }
  return labels;
}

/// One byte of label, then the red, green and blue bytes of 32 rows of 32 (Krizhevsky 2009, the binary version).
DataSet parse_cifar10(std::string bytes, const std::string& file) {
  constexpr std::size_t area = 32 * 32;
  constexpr std::size_t record = 1 + 3 * area;
  constexpr char classes = 10;
  DataSet set{.name = file};
  for (std::size_t at = 0; at < std::max<std::size_t>(bytes.size(), 1); at += record) {
    if (bytes.empty() || bytes.size() % record != 0 || bytes[at] < 0 || bytes[at] >= classes) {
      throw InputError({file}, "has " + grouped(std::ssize(bytes)) + " bytes, which are not CIFAR-10's records of " +
                                   grouped(record) + " with classes below 10; give IDX, CSV or DATA,LABELS");
    }
    set.labels.push_back({bytes[at]});
  }
  const auto all = std::make_shared<const std::string>(std::move(bytes));
  set.sample = [all](std::size_t i) -> SampleData {
    Image image{32, 32, 3, std::vector<std::uint8_t>(3 * area)};
    for (std::size_t k = 0; k < image.pixels.size(); ++k) {
      image.pixels[k] = static_cast<std::uint8_t>((*all)[i * record + 1 + k % 3 * area + k / 3]);
    }
    return image;
  };
  return set;
}

DataSet parse_number_table(const std::string& text, const std::string& file) {
  Labels labels;
  std::vector<double> numbers;
  std::size_t columns = 0;
  std::size_t line_number = 0;
  for (const std::string& line : split(text, '\n')) {
    ++line_number;
    const std::vector<std::string> fields = split(trimmed(line), ',');
    const bool is_header = labels.empty() && line.find_first_not_of("0123456789.,+-eE \t\r") != std::string::npos;
    if (fields.empty() || is_header) {
      continue;
    }
    const Position place{file, static_cast<int>(line_number)};
    columns = labels.empty() ? fields.size() : columns;
    if (fields.size() != columns || columns < 2) {
      throw InputError(place, "has " + counted(std::ssize(fields), "column") +
                                  "; every line needs the same number, the last one the class");
    }
    for (std::size_t i = 0; i + 1 < columns; ++i) {
      numbers.push_back(parse_decimal(trimmed(fields[i]), to_string(place)));
    }
    labels.push_back({label_of(fields.back(), to_string(place))});
  }
  const Sizes shape{std::ssize(labels), static_cast<std::int64_t>(columns) - 1};
  return set_of(file, constant_of(NumberFormat::floating(64, 11), shape, numbers), std::move(labels));
}

DataSet load_data_set(const std::string& path, const DataSetOptions& options) {
  if (std::filesystem::is_directory(path)) {
    return load_image_folder(path);
  }
  const std::size_t comma = path.find(',');
  if (comma != std::string::npos) {
    return load_pair(path.substr(0, comma), path.substr(comma + 1), options);
  }
  std::string bytes = read_data(path);
  if (is_idx(bytes)) {
    return load_pair(path, labels_beside(path), options);
  }
  return ends_as(path, ".csv") ? parse_number_table(bytes, path) : parse_cifar10(std::move(bytes), path);
}

}  // namespace pj
