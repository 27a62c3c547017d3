#pragma once

#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "pj/base/error.hpp"
#include "pj/workload/einsum.hpp"

namespace pj {

/// A row of bench/shapes/mapper.csv.
struct Shape {
  std::string name;
  std::vector<std::int64_t> sizes;         ///< N M C P Q R S U
  double peer_s = 0.0, peer_energy = 0.0;  ///< 0: not known
};

inline Workload convolution(const std::vector<std::int64_t>& sizes) {
  static const std::vector<std::string> letters{"N", "M", "C", "P", "Q", "R", "S", "U"};
  std::vector<std::pair<std::string, std::int64_t>> named;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    named.emplace_back(letters[i], sizes.at(i));
  }
  return einsum("O[n,m,p,q] += I[n,c,U*p+r,U*q+s] * W[m,c,r,s]", named);
}

inline std::vector<Shape> read_shapes(const std::string& path) {
  std::ifstream file(path);
  std::vector<Shape> shapes;
  bool heading = true;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#') || std::exchange(heading, false)) {
      continue;
    }
    std::istringstream cells(line + ",");
    Shape shape;
    std::getline(cells, shape.name, ',');
    std::vector<std::string> numbers;
    for (std::string cell; std::getline(cells, cell, ',');) {
      numbers.push_back(cell.empty() ? "0" : cell);
    }
    ensure(numbers.size() == 10, "a shape has eight sizes and two numbers of a peer");
    for (std::size_t i = 0; i < 8; ++i) {
      shape.sizes.push_back(std::stoll(numbers[i]));
    }
    shape.peer_s = std::stod(numbers[8]);
    shape.peer_energy = std::stod(numbers[9]);
    shapes.push_back(shape);
  }
  return shapes;
}

}  // namespace pj
