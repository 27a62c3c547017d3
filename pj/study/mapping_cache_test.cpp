#include "pj/study/mapping_cache.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "pj/base/files.hpp"
#include "pj/base/parallel.hpp"
#include "tests/support/files.hpp"
#include "tests/support/random_cases.hpp"
#include "tests/support/random_mapping.hpp"

namespace pj {

namespace {

namespace fs = std::filesystem;

bool same(const MapperResult& a, const MapperResult& b) {
  return a.verdict == b.verdict && a.mapping == b.mapping && a.traffic == b.traffic && a.cost == b.cost &&
         a.certificate == b.certificate;
}

const Workload cached_product = einsum("O[m] += I[c] * W[m,c]", {{"M", 6}, {"C", 4}});

Accelerator machine_to_cache() {
  return {.stages = {Level{.name = "DRAM", .read = {100.0}, .write = {100.0}},
                     Level{.name = "buffer", .capacity = Bits{160}, .read = {0.1}, .write = {0.2}}}};
}

const Accelerator cached_machine = machine_to_cache();

std::vector<fs::path> files_in(const std::string& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) {
      files.push_back(entry.path());
    }
  }
  return files;
}

/// The cache's only file.
fs::path only_file(const std::string& folder) {
  const auto files = files_in(folder);
  REQUIRE(files.size() == 1);
  return files.front();
}

void overwrite(const fs::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
}

}  // namespace

TEST_CASE("what is read from the cache equals what was searched, in every part") {
  const TemporaryFolder folder;
  const MappingCache cache(folder.path("cache"));
  int hits = 0;
  for_random_cases(60, [&](Rng& rng) {
    const Workload workload = random_workload(rng, 4, 24);
    const Accelerator random = random_accelerator(rng, 3);
    const MapperOptions options{.objective = static_cast<Objective>(rng.between(0, 2)),
                                .perfect_factors = rng.chance(0.3)};
    const MapperResult searched = find_cached_mapping(workload, random, options, &cache);
    CHECK(same(searched, find_best_mapping(workload, random, options)));
    const auto known = cache.find(workload, random, options);
    REQUIRE(known.has_value() == bool(searched.verdict));
    hits += known ? 1 : 0;
    CHECK((!known || same(*known, searched)));
    CHECK(same(find_cached_mapping(workload, random, options, &cache), searched));
  });
  CHECK(hits > 0);
  CHECK(cache.fault().empty());
}

TEST_CASE("without a folder results are kept in memory, for as long as the cache lives") {
  const MappingCache cache("");
  const MapperResult searched = find_cached_mapping(cached_product, cached_machine, {}, &cache);
  const auto known = cache.find(cached_product, cached_machine, {});
  REQUIRE(known.has_value());
  CHECK(same(*known, searched));
  CHECK_FALSE(cache.find(cached_product, cached_machine, {.objective = Objective::Delay}));
  CHECK_FALSE(MappingCache("").find(cached_product, cached_machine, {}));
  CHECK(cache.fault().empty());
}

TEST_CASE("without a cache mappings are searched") {
  CHECK(find_cached_mapping(cached_product, cached_machine, {}, nullptr).verdict);
}

TEST_CASE("a question that was not asked is not answered") {
  const TemporaryFolder folder;
  const MappingCache cache(folder.path(""));
  find_cached_mapping(cached_product, cached_machine, {}, &cache);
  CHECK(cache.find(cached_product, cached_machine, {.time_limit = Seconds{1.0}}));
  CHECK_FALSE(cache.find(cached_product, cached_machine, {.objective = Objective::Delay}));
}

TEST_CASE("only proved mappings are kept") {
  const TemporaryFolder folder;
  const MappingCache cache(folder.path("cache"));
  MapperResult result = find_best_mapping(cached_product, cached_machine);
  result.certificate.proved = false;
  cache.store(cached_product, cached_machine, {}, result);
  cache.store(cached_product, cached_machine, {}, MapperResult{});
  CHECK_FALSE(fs::exists(folder.path("cache")));
}

TEST_CASE("a file that is cut short anywhere, or changed anywhere, is ignored and written anew") {
  const TemporaryFolder folder;
  const MappingCache cache(folder.path(""));
  const MapperResult wanted = find_cached_mapping(cached_product, cached_machine, {}, &cache);
  const fs::path file = only_file(folder.path(""));
  const std::string text = read_file(file.string(), 1 << 20);
  for (std::size_t length = 0; length < text.size(); ++length) {
    overwrite(file, text.substr(0, length));
    CHECK_FALSE(cache.find(cached_product, cached_machine, {}));
    std::string changed = text;
    changed[length] = changed[length] == '7' ? '8' : '7';
    overwrite(file, changed);
    CHECK_FALSE(cache.find(cached_product, cached_machine, {}));
  }
  overwrite(file, text + "x");
  CHECK_FALSE(cache.find(cached_product, cached_machine, {}));
  CHECK(same(find_cached_mapping(cached_product, cached_machine, {}, &cache), wanted));
  CHECK(read_file(file.string(), 1 << 20) == text);
}

TEST_CASE("the answer to another question in the place of this one is ignored") {
  const TemporaryFolder folder;
  const TemporaryFolder other_folder;
  const MappingCache cache(folder.path(""));
  const MappingCache other(other_folder.path(""));
  find_cached_mapping(cached_product, cached_machine, {}, &cache);
  find_cached_mapping(cached_product, cached_machine, {.perfect_factors = true}, &other);
  fs::copy_file(only_file(other_folder.path("")), only_file(folder.path("")), fs::copy_options::overwrite_existing);
  CHECK_FALSE(cache.find(cached_product, cached_machine, {}));
}

TEST_CASE("a mapping that does not fit, or does not cost what its file says, is ignored") {
  const TemporaryFolder folder;
  const MappingCache cache(folder.path(""));
  const MapperResult right = find_best_mapping(cached_product, cached_machine);
  MapperResult wrong = right;
  wrong.cost.compute += 1.0_pJ;
  cache.store(cached_product, cached_machine, {}, wrong);
  CHECK_FALSE(cache.find(cached_product, cached_machine, {}));
  wrong = right;
  wrong.mapping.stages.back().loops.push_back({0, 3});
  cache.store(cached_product, cached_machine, {}, wrong);
  CHECK_FALSE(cache.find(cached_product, cached_machine, {}));
  cache.store(cached_product, cached_machine, {}, right);
  CHECK(cache.find(cached_product, cached_machine, {}));
}

TEST_CASE("names that the notation of mappings cannot hold cost only the caching") {
  const TemporaryFolder folder;
  const MappingCache cache(folder.path(""));
  for (const std::string name : {"a#b", "result\n", "two\nlines", " ", "]"}) {
    Accelerator odd = cached_machine;
    std::get<Level>(odd.stages[1]).name = name;
    const MapperResult wanted = find_cached_mapping(cached_product, odd, {}, &cache);
    CHECK(same(find_cached_mapping(cached_product, odd, {}, &cache), wanted));
  }
  CHECK(cache.fault().empty());
}

TEST_CASE("a place that cannot be written is said once and costs only the caching") {
  const TemporaryFolder folder;
  for (const std::string& place : {folder.file("file", "x"), std::string("/dev/full"), std::string("/proc/none")}) {
    const MappingCache cache(place);
    CHECK(find_cached_mapping(cached_product, cached_machine, {}, &cache).verdict);
    const std::string fault = cache.fault();
    CHECK(fault.find("cannot be written: ") != std::string::npos);
    CHECK(find_cached_mapping(cached_product, cached_machine, {.perfect_factors = true}, &cache).verdict);
    CHECK(cache.fault() == fault);
  }
}

TEST_CASE("a folder in the place of a file costs only the caching") {
  const TemporaryFolder folder;
  const MappingCache cache(folder.path(""));
  find_cached_mapping(cached_product, cached_machine, {}, &cache);
  const fs::path file = only_file(folder.path(""));
  fs::remove(file);
  fs::create_directories(file / "inside");
  CHECK(find_cached_mapping(cached_product, cached_machine, {}, &cache).verdict);
  CHECK(cache.fault().find("cannot be written: ") != std::string::npos);
}

TEST_CASE("a folder stays short: the oldest files go, and what killed writers left") {
  const TemporaryFolder folder;
  const MappingCache cache(folder.path(""));
  find_cached_mapping(cached_product, cached_machine, {}, &cache);
  const fs::path file = only_file(folder.path(""));
  for (int i = 0; i < 300; ++i) {
    const fs::path old = file.parent_path() / (std::to_string(i) + (i % 2 == 0 ? ".txt" : ".txt.1-0.part"));
    overwrite(old, "old");
    fs::last_write_time(old, fs::file_time_type::clock::now() - std::chrono::hours(400 - i));
  }
  find_cached_mapping(cached_product, cached_machine, {}, &cache);
  CHECK(files_in(folder.path("")).size() == 301);  // a hit writes nothing
  cache.store(cached_product, cached_machine, {}, find_best_mapping(cached_product, cached_machine));
  CHECK(files_in(folder.path("")).size() == 200);
  CHECK(fs::exists(file));
  CHECK(fs::exists(file.parent_path() / "298.txt"));
  CHECK_FALSE(fs::exists(file.parent_path() / "0.txt"));
  CHECK(cache.find(cached_product, cached_machine, {}));
}

TEST_CASE("many threads write and read the same results") {
  const TemporaryFolder folder;
  const MapperResult wanted = find_best_mapping(cached_product, cached_machine);
  std::atomic<int> wrong{0};
  parallel_for(8, 8, [&](std::size_t) {
    const MappingCache cache(folder.path(""));
    for (int round = 0; round < 20; ++round) {
      const auto known = cache.find(cached_product, cached_machine, {});
      wrong += known && !same(*known, wanted) ? 1 : 0;
      cache.store(cached_product, cached_machine, {}, wanted);
      wrong += cache.fault().empty() ? 0 : 1;
    }
  });
  CHECK(wrong == 0);
  only_file(folder.path(""));
}

TEST_CASE("a writer that is killed at any time leaves the old result or the new one") {
  const TemporaryFolder folder;
  const MapperResult wanted = find_best_mapping(cached_product, cached_machine);
  for (int round = 0; round < 20; ++round) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      const MappingCache cache(folder.path(""));
      for (;;) {
        cache.store(cached_product, cached_machine, {}, wanted);
      }
    }
    std::this_thread::sleep_for(std::chrono::microseconds(500 + 700 * round));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const MappingCache cache(folder.path(""));
    const auto known = cache.find(cached_product, cached_machine, {});
    CHECK((!known || same(*known, wanted)));
    CHECK(same(find_cached_mapping(cached_product, cached_machine, {}, &cache), wanted));
    CHECK(cache.fault().empty());
  }
}

}  // namespace pj
