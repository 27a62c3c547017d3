#include "pj/data/data_set.hpp"

#include <doctest/doctest.h>

#include <filesystem>

#include "pj/base/error.hpp"
#include "pj/network/elements.hpp"
#include "tests/support/fault.hpp"
#include "tests/support/files.hpp"

namespace pj {

namespace {

using Labels = std::vector<std::vector<std::int64_t>>;

const std::string pixel = "P5 1 1 255 a";

std::string data_set_fault(const std::string& path) {
  return input_fault([&] { load_data_set(path); }, "accepted");
}

}  // namespace

TEST_CASE("CIFAR-10 records are a label and three planes") {
  std::string record(3073, '\0');
  record[0] = 7;
  record[1] = 1;         // red of the first pixel
  record[1 + 1024] = 2;  // its green
  record[1 + 2048] = 3;  // its blue
  const DataSet set = parse_cifar10(record + record, "x.bin");
  CHECK(set.labels == Labels{{7}, {7}});
  const auto image = std::get<Image>(set.sample(1));
  CHECK(image.H == 32);
  CHECK(std::vector<int>{image.at(0, 0, 0), image.at(0, 0, 1), image.at(0, 0, 2)} == std::vector<int>{1, 2, 3});
}

TEST_CASE("a table of numbers has the class in its last column and may have a header") {
  const DataSet set = parse_number_table("3,2,red,blue\n1.5,2,1\n-3,4e1,0\n\n", "x.csv");
  CHECK(set.labels == Labels{{1}, {0}});
  CHECK(real_numbers(std::get<Constant>(set.sample(1))) == std::vector<double>{-3.0, 40.0});
  CHECK_THROWS_WITH_AS(parse_number_table("1,2,1\n3,0\n", "x.csv"),
                       "x.csv:2: has 2 columns; every line needs the same number, the last one the class", InputError);
  CHECK_THROWS_AS(parse_number_table("1,2,1\n3,q,0\n", "x.csv"), InputError);
  CHECK_THROWS_AS(parse_number_table("1,2,-1\n", "x.csv"), InputError);
}

TEST_CASE("images lie in a folder for each class, or in a list with the classes that are right") {
  const TemporaryFolder folder;
  for (const std::string name : {"b", "a"}) {
    std::filesystem::create_directories(folder.path("classes/" + name));
    folder.file("classes/" + name + "/1.pgm", pixel);
  }
  const DataSet by_folder = load_data_set(folder.path("classes"));
  CHECK(by_folder.labels == Labels{{0}, {1}});
  CHECK(std::get<Image>(by_folder.sample(0)).pixels == std::vector<std::uint8_t>{'a'});
  std::filesystem::create_directories(folder.path("listed"));
  folder.file("listed/labels.tsv", "file\tname\tclasses\nx.pgm\tcat\t3|5\n");
  folder.file("listed/x.pgm", pixel);
  CHECK(load_data_set(folder.path("listed")).labels == Labels{{3, 5}});
  folder.file("listed/labels.csv", "x.pgm,3\ny.pgm,cat\n");
  CHECK(data_set_fault(folder.path("listed"))
            .ends_with("labels.csv: gives no class for 'y.pgm'; write FILE and a number, as in "
                       "cat.png,3"));
}

TEST_CASE("records that do not describe themselves come with their labels") {
  const TemporaryFolder folder;
  const std::string data = folder.file("x.bin", "abcdef");
  const std::string labels = folder.file("y.csv", "one,12,4\ntwo,12,5\n");
  const DataSet set = load_data_set(data + "," + labels, {.records = NumberFormat::fixed(8)});
  CHECK(set.labels == Labels{{4}, {5}});
  CHECK(whole_numbers(std::get<Constant>(set.sample(1))) == Sizes{'d', 'e', 'f'});
  CHECK(data_set_fault(folder.file("z.bin", "abcde") + "," + labels)
            .ends_with("z.bin: has 5 bytes, which are not 2 records of equal size; give as many labels as records"));
}

TEST_CASE("a data set without labels or images is refused") {
  const TemporaryFolder folder;
  const std::string images = folder.file("t-images-idx3-ubyte", std::string("\0\0\x08\x01\0\0\0\x01x", 9));
  CHECK(data_set_fault(images).ends_with("has images and no labels beside it; give both files as IMAGES,LABELS"));
  const std::string labels = folder.file("t-labels-idx1-ubyte", std::string("\0\0\x08\x01\0\0\0\x02\1\2", 10));
  CHECK(data_set_fault(images).ends_with("has 1 sample and 2 labels; give one label for each"));
  std::filesystem::create_directories(folder.path("empty"));
  CHECK(data_set_fault(folder.path("empty"))
            .ends_with("has no images with labels; give it a folder for each class, or a labels.csv"));
  CHECK(data_set_fault(folder.path("nothing.bin")).ends_with("no such file"));
}

}  // namespace pj
