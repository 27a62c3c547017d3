#include "pj/data/learning_data.hpp"

#include <doctest/doctest.h>

#include <filesystem>

#include "tests/support/fault.hpp"
#include "tests/support/files.hpp"

namespace pj {

namespace {

/// Records of CIFAR-10 with these labels, all pixels 7.
std::string records(const std::string& labels) {
  std::string bytes;
  for (const char label : labels) {
    bytes += static_cast<char>(label - '0') + std::string(3072, 7);
  }
  return bytes;
}

}  // namespace

TEST_CASE("a folder's batches are joined in order, with its test beside them, by path and by name") {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder.path("cifar"));
  folder.file("cifar/data_batch_2.bin", records("45"));
  folder.file("cifar/data_batch_1.bin", records("123"));
  folder.file("cifar/test_batch.bin", records("6"));
  for (const LearningData& data :
       {open_learning_data(folder.path("cifar"), {}), open_learning_data("cifar", {"/none", folder.path("")})}) {
    REQUIRE(data.train);
    REQUIRE(data.test);
    CHECK(data.train->labels == std::vector<std::vector<std::int64_t>>{{1}, {2}, {3}, {4}, {5}});
    CHECK(std::get<Image>(data.train->sample(4)).pixels[0] == 7);
    CHECK(data.test->labels == std::vector<std::vector<std::int64_t>>{{6}});
  }
}

TEST_CASE("a text is a text, and a file of another kind a data set without a test") {
  const TemporaryFolder folder;
  CHECK(open_learning_data(folder.file("a.txt", "abc"), {}).text == "abc");
  const LearningData table = open_learning_data(folder.file("a.csv", "1,2,0\n3,4,1\n"), {});
  REQUIRE(table.train);
  CHECK(table.train->size() == 2);
  CHECK(!table.test);
}

TEST_CASE("a name that no folder has is refused with where it was sought") {
  CHECK(input_fault([] {
          open_learning_data("nope", {"/a", "/b"});
        }) == "no data set 'nope' in /a or /b; name the folder or file that holds it, or put it there");
}

}  // namespace pj
