#include "pj/data/npy.hpp"

#include <doctest/doctest.h>

#include "pj/base/error.hpp"
#include "pj/network/elements.hpp"
#include "tests/support/fault.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

std::string file_with(const std::string& dictionary, const std::string& elements) {
  const std::string header = dictionary + "\n";
  return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(header.size()) + '\0' + header + elements;
}

std::string npy_fault(const std::string& bytes) {
  return input_fault([&] { parse_npy(bytes, "x.npy"); }, "accepted");
}

}  // namespace

TEST_CASE("tensors of every format that NumPy has come back from their bytes") {
  for_random_cases(200, [](Rng& rng) {
    const std::vector<NumberFormat> formats{NumberFormat::float32(),       NumberFormat::floating(64, 11),
                                            NumberFormat::floating(16, 5), NumberFormat::boolean(),
                                            NumberFormat::fixed(8),        NumberFormat::fixed(64, false)};
    const NumberFormat format = formats[static_cast<std::size_t>(rng.between(0, 5))];
    Sizes shape;
    for (std::int64_t axes = rng.between(0, 4); axes > 0; --axes) {
      shape.push_back(rng.between(0, 3));
    }
    std::vector<std::int64_t> numbers;
    for (std::int64_t i = 0; i < element_count(shape); ++i) {
      numbers.push_back(rng.between(0, 1));
    }
    const Constant tensor = constant_of(format, shape, std::span<const std::int64_t>(numbers));
    CHECK(parse_npy(npy_bytes(tensor), "x.npy") == tensor);
  });
}

TEST_CASE("formats that NumPy does not have are written as wider ones") {
  const std::vector<double> numbers{1.5, -2.0};
  const Constant brain = constant_of(NumberFormat::floating(16, 8), {2}, numbers);
  CHECK(parse_npy(npy_bytes(brain), "x") == constant_of(NumberFormat::float32(), {2}, numbers));
  const Sizes small{-8, 7};
  const Constant four = constant_of(NumberFormat::fixed(4), {2}, std::span<const std::int64_t>(small));
  CHECK(whole_numbers(parse_npy(npy_bytes(four), "x")) == small);
}

TEST_CASE("column-major and big-endian files are turned") {
  const Constant turned = parse_npy(
      file_with("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }", "\x01\x04\x02\x05\x03\x06"), "x.npy");
  CHECK(whole_numbers(turned) == Sizes{1, 2, 3, 4, 5, 6});
  const Constant big = parse_npy(
      file_with("{'descr': '>i2', 'fortran_order': False, 'shape': (1,), }", std::string("\x01\x02", 2)), "x.npy");
  CHECK(whole_numbers(big) == Sizes{0x0102});
}

TEST_CASE("what is no whole NumPy file is refused") {
  CHECK(npy_fault("P6 1 1 255 xyz") == "x.npy: is no NumPy file; it must begin as numpy.save begins it");
  CHECK(npy_fault(std::string("\x93NUMPY\x01\x00\xFF\xFF 12345", 16)) ==
        "x.npy: its NumPy header is cut off; write the file anew with numpy.save");
  CHECK(npy_fault(file_with("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", "12345678")) ==
        "x.npy: its elements are '<c8'; known: bool, whole numbers of 8 to 64 bits, floats of 16 to 64 bits");
  CHECK(npy_fault(file_with("{'descr': '<f4', 'fortran_order': False, }", "1234")) ==
        "x.npy: its NumPy header has no 'shape'; write the file anew with numpy.save");
  CHECK(npy_fault(file_with("{'descr': '<f4', 'fortran_order': False, 'shape': (2,", "1234")) ==
        "x.npy: the shape in its NumPy header is damaged; write the file anew with numpy.save");
  CHECK(npy_fault(file_with("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "1234")) ==
        "x.npy: has 4 bytes of elements, which do not fill 2 float32; it is damaged or was cut off");
}

}  // namespace pj
