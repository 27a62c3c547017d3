#include "pj/workload/workload_file.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <functional>
#include <numeric>

#include "pj/base/text.hpp"
#include "pj/workload/nonzero.hpp"

namespace pj {

namespace {

constexpr std::int64_t most_countable = std::int64_t{1} << 50;
constexpr std::size_t most_tensors = 8;
constexpr std::size_t most_indices = 16;
constexpr std::size_t longest_einsum = 1000;

bool is_upper(char c) {
  return std::isupper(static_cast<unsigned char>(c)) != 0;
}

/// The sizes that the words of an Einsum ask for, as `N` for `n` and `U` for `U`.
std::vector<std::string> sizes_of(const std::string& einsum) {
  std::vector<std::string> names;
  std::string word;
  for (const char c : einsum + " ") {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      word += c;
      continue;
    }
    if (!word.empty() && c != '[') {
      word[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(word[0])));
      names.push_back(word);
    }
    word.clear();
  }
  return names;
}

std::vector<std::pair<std::string, std::int64_t>> read_sizes(const YamlNode& node, const std::string& einsum) {
  const std::vector<std::string> wanted = sizes_of(einsum);
  std::vector<std::pair<std::string, std::int64_t>> sizes;
  for (const auto& [name, position, value] : node.map("sizes")) {
    if (name.empty() || !is_upper(name[0])) {
      throw InputError(position, "a size is named by a capital, as N for the index n; not '" + name + "'");
    }
    if (std::find(wanted.begin(), wanted.end(), name) == wanted.end()) {
      throw InputError(position, "the Einsum has no '" + name + "'; remove the size or check its name");
    }
    sizes.emplace_back(name, value.integer("size " + name, 1, largest_index));
  }
  return sizes;
}

/// Calls `put(tensor, what, value)` for every tensor that the map under `key` names.
template <class Put>
void read_tensors(const YamlNode& file, const char* key, Workload& workload, const Put& put) {
  const YamlNode* node = file.find(key);
  if (node == nullptr) {
    return;
  }
  for (const auto& [name, position, value] : node->map(key)) {
    const std::string full = tensor_name(name);
    std::vector<std::string> known;
    for (Operand& tensor : workload.tensors) {
      known.push_back(tensor.name);
      if (tensor.name == full) {
        put(tensor, std::string(key) + " of " + name, value);
      }
    }
    if (std::find(known.begin(), known.end(), full) == known.end()) {
      throw InputError(position, "unknown tensor '" + name + "'" + did_you_mean(full, known));
    }
  }
}

void put_bits(Operand& tensor, const std::string& what, const YamlNode& value) {
  tensor.bits = static_cast<int>(value.integer(what, 1, 64));
}

void put_density(Operand& tensor, const std::string& what, const YamlNode& value) {
  tensor.density = value.number(what);
  if (!(tensor.density >= 0.0) || tensor.density > 1.0) {
    throw InputError(value.position(), what + " is a share from 0 to 1, not " + exact(tensor.density));
  }
}

}  // namespace

bool is_workload(const YamlNode& file) {
  return file.find("einsum") != nullptr;
}

Workload parse_workload(const YamlNode& file) {
  file.allow_keys(std::vector<std::string>{"name", "einsum", "sizes", "bits", "density", "multiplies"});
  const YamlNode& einsum_node = file.at("einsum");
  const std::string& text = einsum_node.text("einsum");
  if (text.size() > longest_einsum) {
    throw InputError(einsum_node.position(), "an Einsum has up to " + grouped(longest_einsum) + " letters");
  }
  const auto sizes = read_sizes(file.at("sizes"), text);
  Workload workload;
  try {
    workload = einsum(text, sizes);
  } catch (const InputError& fault) {
    throw InputError(einsum_node.position(), fault.what());
  }
  check_countable(workload, einsum_node.position());
  const YamlNode* name = file.find("name");
  workload.name = name != nullptr ? name->text("name") : std::filesystem::path(file.position().file).stem().string();
  read_tensors(file, "bits", workload, put_bits);
  read_tensors(file, "density", workload, put_density);
  if (const YamlNode* multiplies = file.find("multiplies")) {
    workload.multiplies = multiplies->boolean("multiplies");
  }
  return workload;
}

void check_countable(const Workload& workload, const Position& position) {
  if (workload.tensors.size() > most_tensors || workload.indices.size() > most_indices) {
    throw InputError(position, "an Einsum has up to " + std::to_string(most_tensors) + " tensors and " +
                                   std::to_string(most_indices) + " indices");
  }
  for (std::size_t t = 0; t < workload.tensors.size(); ++t) {
    const std::vector<std::int64_t> shape = operand_shape(workload, t);
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
      if (workload.tensors[t].axes[axis].size() > 1 && shape[axis] > largest_index) {
        throw InputError(position, "a window of " + workload.tensors[t].name + " runs over " + grouped(shape[axis]) +
                                       " places; at most " + grouped(largest_index) + " can be counted");
      }
    }
    const std::int64_t places = std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
    if (places > most_countable) {
      throw InputError(position, workload.tensors[t].name + " spans " + grouped(places) + " places; at most " +
                                     grouped(most_countable) + " can be counted");
    }
  }
  if (workload.operations() > most_countable) {
    throw InputError(position, "the sizes make " + grouped(workload.operations()) + " operations; at most " +
                                   grouped(most_countable) + " can be counted");
  }
}

}  // namespace pj
