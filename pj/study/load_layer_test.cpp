#include "pj/study/load_layer.hpp"

#include <doctest/doctest.h>

#include "pj/base/error.hpp"
#include "tests/support/files.hpp"

namespace pj {

TEST_CASE("a layer is named by its network and its name") {
  CHECK(load_layer("alexnet:conv1").workload.macs() == 105415200);
  CHECK(load_layer("alexnet:pool1").kind == "max pooling");
  CHECK_THROWS_WITH(load_layer("alexnet:conv9"),
                    "network 'alexnet' has no layer 'conv9' that multiplies and accumulates, or pools; did you mean "
                    "'conv1'?");
  CHECK_THROWS_WITH(load_layer("alexnet"),
                    "'alexnet' names no layer; write NETWORK:LAYER, as alexnet:conv1, or give a workload file");
}

TEST_CASE("a YAML file with an Einsum is a workload and has its own sizes") {
  const TemporaryFolder folder;
  const std::string path = folder.file("dot.yaml", "einsum: \"O[n] += I[n] * W[n]\"\nsizes: {N: 4}\n");
  CHECK(load_layer(path).name == "dot");
  CHECK(load_layer(path).workload.macs() == 4);
  CHECK_THROWS_WITH(load_layer(path, {.batch = 2}),
                    (path + ": --batch and --input-shape are for networks; change the sizes in this file").c_str());
  CHECK_THROWS_WITH(load_layer(folder.path("none.yaml")), (folder.path("none.yaml") + ": no such file").c_str());
  const std::string other = folder.file("other.yaml", "layers: []\n");
  CHECK_THROWS_WITH(
      load_layer(other),
      ("'" + other + "' names no layer; write NETWORK:LAYER, as alexnet:conv1, or give a workload file").c_str());
}

TEST_CASE("a YAML file with a problem is Timeloop's") {
  const TemporaryFolder folder;
  const std::string path =
      folder.file("prob.yaml", "problem: {shape: cnn-layer, C: 3, K: 8, R: 3, S: 3, P: 5, Q: 5, N: 1}\n");
  CHECK(load_layer(path).kind == "Timeloop problem");
  CHECK(load_layer(path).workload.macs() == 3 * 8 * 9 * 25);
}

}  // namespace pj
