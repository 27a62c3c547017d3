#include "pj/study/mapping_cache.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <vector>

#include "pj/base/files.hpp"
#include "pj/base/hash.hpp"
#include "pj/base/text.hpp"
#include "pj/study/mapping_key.hpp"

namespace pj {

namespace {

namespace fs = std::filesystem;

constexpr const char* heading = "# A result of `picojoule`'s search for mappings. It may be deleted.\n";
constexpr std::int64_t largest_entry = 1 << 20;
// An entry takes some 2 kB: in 256 folders of so many they stay below 200 MB.
constexpr std::size_t most_in_folder = 200;

/// The cached_counts of a certificate, by name.
struct CachedCount {
  const char* name;
  std::int64_t Certificate::*member;
};
constexpr std::array cached_counts{
    CachedCount{"candidates", &Certificate::candidates},
    CachedCount{"cut_by_bound", &Certificate::cut_by_bound},
    CachedCount{"cut_by_capacity", &Certificate::cut_by_capacity},
    CachedCount{"complete", &Certificate::complete},
};

/// The file of one entry: the key, the loop nest, the numbers, and a hash of all that.
struct Entry {
  std::string key;
  std::string mapping;
  std::map<std::string, std::string> numbers;

  std::string beginning() const { return heading + key + "mapping\n"; }
  std::string text() const {
    std::string text = beginning() + mapping + "result\n";
    for (const auto& [name, number] : numbers) {
      text += name + " " + number + "\n";
    }
    return text + "check " + hash_of(text) + "\n";
  }
};

/// What stands in the file of an entry with this key; nothing where the file is not of this key, or not whole.
std::optional<Entry> parse_entry(const std::string& key, const std::string& text) {
  Entry entry{.key = key};
  const std::string beginning = entry.beginning();
  const std::size_t end = text.rfind("result\n");
  if (!text.starts_with(beginning) || end == std::string::npos || end < beginning.size()) {
    return std::nullopt;
  }
  entry.mapping = text.substr(beginning.size(), end - beginning.size());
  for (const std::string& line : split(std::string_view(text).substr(text.find('\n', end) + 1), '\n')) {
    if (const std::size_t blank = line.find(' '); blank != std::string::npos && !line.starts_with("check ")) {
      entry.numbers[line.substr(0, blank)] = line.substr(blank + 1);
    }
  }
  return entry.text() == text ? std::optional(entry) : std::nullopt;
}

Entry entry_of(const std::string& key, const std::string& mapping, const MapperResult& result, double value) {
  Entry entry{key, mapping, {}};
  entry.numbers["value"] = exact(value);
  entry.numbers["lower_bound"] = exact(result.certificate.lower_bound);
  for (const CachedCount& count : cached_counts) {
    entry.numbers[count.name] = std::to_string(result.certificate.*count.member);
  }
  return entry;
}

/// The result that an entry stands for. Throws `InputError` where a part of it cannot be read.
std::optional<MapperResult> result_of(const Entry& entry, const Workload& workload, const Accelerator& accelerator,
                                      Objective objective) {
  const auto number = [&](const char* name) {
    const auto found = entry.numbers.find(name);
    return found == entry.numbers.end() ? std::string() : found->second;
  };
  MapperResult result;
  result.mapping = parse_mapping(workload, accelerator, entry.mapping, "cache");
  result.verdict = fits(workload, accelerator, result.mapping);
  if (!result.verdict) {
    return std::nullopt;
  }
  result.traffic = traffic(workload, accelerator, result.mapping);
  result.cost = cost(workload, accelerator, result.traffic);
  result.certificate.proved = true;
  result.certificate.lower_bound = parse_decimal(number("lower_bound"), "lower_bound");
  for (const CachedCount& count : cached_counts) {
    result.certificate.*count.member = parse_integer(number(count.name), count.name);
  }
  return objective_value(objective, result.cost) == parse_decimal(number("value"), "value") ? std::optional(result)
                                                                                            : std::nullopt;
}

/// Where the entry of a key is. The folders spread by the hash, so that each is short to list.
fs::path place_of(const std::string& folder, const std::string& key) {
  const std::string hash = hash_of(key);
  return fs::path(folder) / "mappings" / hash.substr(0, 2) / (hash.substr(2) + ".txt");
}

/// Removes the oldest files of a folder that has too many: entries, and what killed writers left behind.
void remove_oldest(const fs::path& folder) {
  std::vector<std::pair<fs::file_time_type, fs::path>> files;
  std::error_code fault;  // of files that others remove meanwhile
  for (fs::directory_iterator file(folder, fault), end; !fault && file != end; file.increment(fault)) {
    files.emplace_back(fs::last_write_time(file->path(), fault), file->path());
    fault.clear();
  }
  if (files.size() > most_in_folder) {
    std::sort(files.begin(), files.end());
    for (std::size_t i = 0; i < files.size() - most_in_folder; ++i) {
      fs::remove(files[i].second, fault);
    }
  }
}

}  // namespace

std::optional<MapperResult> MappingCache::find(const Workload& workload, const Accelerator& accelerator,
                                               const MapperOptions& options) const {
  const std::string key = mapping_key(workload, accelerator, options);
  if (folder_.empty()) {
    const std::lock_guard lock(mutex_);
    const auto known = memory_.find(key);
    return known == memory_.end() ? std::nullopt : std::optional(known->second);
  }
  try {
    const auto entry = parse_entry(key, read_file(place_of(folder_, key).string(), largest_entry));
    return entry ? result_of(*entry, workload, accelerator, options.objective) : std::nullopt;
  } catch (const InputError&) {  // not there, or damaged: it is searched for again
    return std::nullopt;
  }
}

void MappingCache::store(const Workload& workload, const Accelerator& accelerator, const MapperOptions& options,
                         const MapperResult& result) const {
  if (!result.verdict || !result.certificate.proved) {
    return;
  }
  const std::string key = mapping_key(workload, accelerator, options);
  if (folder_.empty()) {
    const std::lock_guard lock(mutex_);
    memory_.emplace(key, result);
    return;
  }
  if (!fault().empty()) {
    return;
  }
  const fs::path place = place_of(folder_, key);
  const double value = objective_value(options.objective, result.cost);
  const Entry entry = entry_of(key, to_string(workload, accelerator, result.mapping), result, value);
  try {
    std::error_code ignored;  // writing the file says what is wrong
    fs::create_directories(place.parent_path(), ignored);
    write_file(place.string(), entry.text());
    remove_oldest(place.parent_path());
  } catch (const InputError& error) {
    const std::lock_guard lock(mutex_);
    fault_ = error.what();
  }
}

std::string MappingCache::fault() const {
  const std::lock_guard lock(mutex_);
  return fault_;
}

MapperResult find_cached_mapping(const Workload& workload, const Accelerator& accelerator, const MapperOptions& options,
                                 const MappingCache* cache) {
  if (cache != nullptr) {
    if (auto known = cache->find(workload, accelerator, options)) {
      return *std::move(known);
    }
  }
  MapperResult result = find_best_mapping(workload, accelerator, options);
  if (cache != nullptr) {
    cache->store(workload, accelerator, options, result);
  }
  return result;
}

}  // namespace pj
