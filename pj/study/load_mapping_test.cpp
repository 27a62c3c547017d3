#include "pj/study/load_mapping.hpp"

#include <doctest/doctest.h>

#include "pj/accelerator/reader.hpp"
#include "pj/base/error.hpp"
#include "tests/support/files.hpp"

namespace pj {

TEST_CASE("a mapping file holds a loop nest or Timeloop's directives") {
  const TemporaryFolder folder;
  const Accelerator machine = load_accelerator("flex256");
  const Workload workload = einsum("O[m] += I[c] * W[m,c]", {{"M", 4}, {"C", 2}});
  const std::string nest =
      folder.file("nest.txt", "DRAM [Input Weight Output] for C in 2, for M in 4\nbuffer []\narray\nregisters []\n");
  const std::string directives =
      folder.file("map.yaml",
                  "# Timeloop's\nmapping:\n  - {target: DRAM, type: temporal, factors: M4 C2, permutation: MC}\n"
                  "  - {target: buffer, type: bypass, bypass: [Inputs, Weights, Outputs]}\n"
                  "  - {target: registers, type: bypass, bypass: [Inputs, Weights, Outputs]}\n");
  CHECK(load_mapping(workload, machine, nest) == load_mapping(workload, machine, directives));
  const std::string wrong = folder.file("wrong.yaml", "mapping: 3\n");
  CHECK_THROWS_WITH(load_mapping(workload, machine, wrong), (wrong + ":1:10: mapping must be a list").c_str());
  CHECK_THROWS_WITH(load_mapping(workload, machine, folder.path("none")),
                    (folder.path("none") + ": no such file").c_str());
}

}  // namespace pj
