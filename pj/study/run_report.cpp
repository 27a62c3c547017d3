#include "pj/study/run_report.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "pj/base/error.hpp"
#include "pj/base/files.hpp"
#include "pj/base/text.hpp"
#include "pj/data/npy.hpp"
#include "pj/execution/numbers.hpp"
#include "pj/onnx/writer.hpp"
#include "pj/study/classes.hpp"

namespace pj {

namespace {

constexpr std::size_t most_shown = 6;
constexpr std::int64_t most_calls_shown = 20;

/// With six significant digits, and an exponent where it is needed.
std::string shown_number(double number) {
  constexpr int digits = 6;
  std::array<char, 32> buffer{};
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::general, digits).ptr;
  return {buffer.data(), end};
}

std::string first_numbers(const std::vector<double>& numbers) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < std::min(numbers.size(), most_shown); ++i) {
    parts.push_back(shown_number(numbers[i]));
  }
  return join(parts, " ") + (numbers.size() > most_shown ? " …" : "");
}

std::string outputs_table(const RunResult& result) {
  Table table({"output", "shape", "format", "least", "greatest", "first numbers"});
  for (const std::size_t column : {1U, 2U, 5U}) {
    table.left(column);
  }
  for (std::size_t i = 0; i < result.outputs.size(); ++i) {
    const Constant& output = result.outputs[i];
    const auto numbers = is_computable(output.format) ? numbers_of<double>(output) : std::vector<double>{};
    const auto [least, greatest] = std::minmax_element(numbers.begin(), numbers.end());
    table.add({result.names[i], shape_text(output.shape), to_string(output.format),
               numbers.empty() ? "" : shown_number(*least), numbers.empty() ? "" : shown_number(*greatest),
               first_numbers(numbers)});
  }
  return table.text();
}

/// The five best classes of one call.
std::string best_classes(const std::vector<ClassScore>& best) {
  Table table({"class", "score", "label"});
  table.left(2);
  for (const ClassScore& row : best) {
    table.add({std::to_string(row.index), shown_number(row.score), row.label});
  }
  return table.text();
}

std::string best_of_calls(const RunResult& result, const std::vector<std::string>& labels) {
  Table table({"call", "class", "score", "label"});
  table.left(3);
  for (std::int64_t call = 0; call < std::min(result.calls, most_calls_shown); ++call) {
    const ClassScore best = classes_of_call(result, call, labels).front();
    table.add({std::to_string(call), std::to_string(best.index), shown_number(best.score), best.label});
  }
  const std::int64_t left = result.calls - most_calls_shown;
  return table.text() + (left > 0 ? "… and " + counted(left, "more call") + "; --json has all\n" : "");
}

std::string name_of(std::int64_t label, const std::vector<std::string>& labels) {
  const auto index = static_cast<std::size_t>(label);
  return index < labels.size() ? labels[index] : std::to_string(label);
}

/// A wrong answer: what a sample was, what it was taken for, and how often.
struct Confusion {
  std::int64_t is, found, count;
};

std::vector<Confusion> worst_confusions(const Accuracy& accuracy) {
  std::vector<Confusion> all;
  for (std::int64_t i = 0; i < std::ssize(accuracy.confusion); ++i) {
    const std::int64_t count = accuracy.confusion[static_cast<std::size_t>(i)];
    if (count > 0 && i / accuracy.classes != i % accuracy.classes) {
      all.push_back({i / accuracy.classes, i % accuracy.classes, count});
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const Confusion& a, const Confusion& b) { return a.count > b.count; });
  constexpr std::size_t most = 5;
  all.resize(std::min(all.size(), most));
  return all;
}

std::string share_text(const Accuracy& accuracy, std::int64_t right, const std::string& name) {
  constexpr int digits = 4;
  return name + " " + significant(100.0 * accuracy.share(right), digits) + " % ± " +
         significant(100.0 * accuracy.standard_error(right), 2) + " % (" + grouped(right) + " of " +
         grouped(accuracy.samples) + ")";
}

}  // namespace

std::vector<std::string> load_labels(const std::string& path) {
  constexpr std::int64_t most_bytes = 1 << 24;
  std::vector<std::string> labels;
  for (const std::string& line : split(read_file(path, most_bytes), '\n')) {
    labels.emplace_back(trimmed(line));
  }
  while (!labels.empty() && labels.back().empty()) {
    labels.pop_back();  // what follows the last line's end
  }
  return labels;
}

std::string run_table(const RunResult& result, const std::vector<std::string>& labels) {
  std::string text = outputs_table(result);
  if (!labels.empty()) {
    text +=
        "\n" + (result.calls == 1 ? best_classes(classes_of_call(result, 0, labels)) : best_of_calls(result, labels));
  }
  return text;
}

std::string tensor_file_bytes(const Constant& tensor, const std::string& name, const std::string& path) {
  if (path.ends_with(".pb")) {
    return write_tensor_file({name, tensor.format, tensor.shape, std::make_shared<const Constant>(tensor)});
  }
  if (!path.ends_with(".npy")) {
    throw InputError({path}, "is no file for a tensor by its name; it must end in .npy or .pb");
  }
  return npy_bytes(tensor);
}

std::string accuracy_table(const Accuracy& accuracy, const std::string& network, const std::string& data,
                           const std::vector<std::string>& labels) {
  std::string text = network + " on " + data + ": " + share_text(accuracy, accuracy.top1, "top-1") + ", " +
                     share_text(accuracy, accuracy.top5, "top-5") + "\n";
  const std::vector<Confusion> worst = worst_confusions(accuracy);
  if (worst.empty()) {
    return text;
  }
  Table table({"is", "found", "samples"});
  table.left(1);
  for (const Confusion& row : worst) {
    table.add({name_of(row.is, labels), name_of(row.found, labels), grouped(row.count)});
  }
  return text + "\nTaken for another class most often:\n" + table.text();
}

}  // namespace pj
