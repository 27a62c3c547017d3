#include "pj/timeloop/problem.hpp"

#include <doctest/doctest.h>

#include "tests/support/fault.hpp"
#include "tests/support/random_cases.hpp"
#include "tests/support/random_mapping.hpp"

namespace pj {

namespace {

Workload read_problem(const std::string& text) {
  return parse_timeloop_problem(parse_yaml(text, "dir/prob.yaml"));
}

std::string problem_fault(const std::string& text) {
  return input_fault([&] { read_problem(text); });
}

const std::string einsum_of_conv = "Output[n,m,p,q] += Input[n,c,2*p+r,2*q+s] * Weight[m,c,r,s]";

/// A problem with one data space of its own, to be replaced in the tests of faults.
std::string problem(const std::string& data_spaces, const std::string& rest = "") {
  return "problem:\n  shape:\n    dimensions: [C, K]\n    data_spaces:\n" + data_spaces + "  instance: {C: 4, K: 8" +
         rest + "}\n";
}
const std::string good =
    "    - {name: A, projection: [[[C]], [[K]]]}\n"
    "    - {name: Z, projection: [[[K]]], read_write: True}\n";

}  // namespace

TEST_CASE("a problem that is written is read back as it was, in both versions") {
  for_random_cases(500, [](Rng& rng) {
    Workload workload = random_workload(rng, 9, 5000);
    workload.tensors.back().partial_bits = 0;  // a problem knows no widths
    workload.name = "round trip";
    for (const TimeloopVersion version : {TimeloopVersion::V03, TimeloopVersion::V04}) {
      const std::string text = timeloop_problem(workload, version);
      CAPTURE(text);
      CHECK(read_problem(text) == workload);
    }
  });
}

TEST_CASE("a problem of version 0.4 is an Einsum") {
  const Workload workload = read_problem(R"(
problem:
  version: '0.4'
  instance: {C: 3, M: 32, N: 1, P: 112, Q: 112, R: 3, S: 3, Wstride: 2, Hstride: 2, H: 224, W: 224, Hpad: 1, Wpad: 1,
             densities: {}}
  shape:
    name: conv2D
    coefficients: [{name: Wstride, default: 1}, {name: Hstride, default: 1}, {name: Wdilation, default: 1}]
    dimensions: [N, M, P, Q, C, R, S]
    data_spaces:
      - {name: Inputs, projection: [[[N]], [[C]], [[P, Wstride], [R, Wdilation]], [[Q, Hstride], [S]]], read_write: false}
      - {name: Weights, projection: [[[M]], [[C]], [[R]], [[S]]]}
      - {name: Outputs, projection: [[[N]], [[M]], [[P]], [[Q]]], read_write: true}
)");
  CHECK(workload.name == "conv2D");
  CHECK(to_string(workload) == einsum_of_conv);
  CHECK(workload.macs() == std::int64_t{3} * 32 * 112 * 112 * 9);
}

TEST_CASE("a problem of version 0.3 is the same Einsum, with filters K as M") {
  const Workload workload = read_problem(R"(
problem:
  shape:
    name: CNN-Layer
    dimensions: [ R, S, P, Q, C, K, N ]
    coefficients:
    - name: Wstride
      default: 2
    - name: Hstride
      default: 2
    data-spaces:
    - name: Inputs
      projection:
      - [ [N] ]
      - [ [C] ]
      - [ [P, Wstride], [R] ]
      - [ [Q, Hstride], [S] ]
    - name: Weights
      projection: [ K, C, R, S ]
    - name: Outputs
      projection:
      - [ [N] ]
      - [ [K] ]
      - [ [P] ]
      - [ [Q] ]
      read-write: True
  instance: {C: 3, K: 96, R: 11, S: 11, P: 55, Q: 55, N: 1}
)");
  CHECK(to_string(workload) == einsum_of_conv);
  CHECK(workload.indices[workload.find_index("M")].size == 96);
}

TEST_CASE("Timeloop's own convolution can be named, with its sizes beside it") {
  const Workload workload = read_problem(
      "problem: {shape: cnn-layer, C: 3, K: 96, R: 11, S: 11, P: 55, Q: 55, N: 1, Wstride: 4, Hstride: 4}");
  CHECK(to_string(workload) == "Output[n,m,p,q] += Input[n,c,4*p+r,4*q+s] * Weight[m,c,r,s]");
  CHECK(workload.name == "cnn-layer");
}

TEST_CASE("a matrix product keeps its K") {
  const Workload workload = read_problem(R"(
problem:
  version: 0.4
  shape:
    dimensions: [M, N, K]
    data_spaces:
      - {name: A, projection: [[[M]], [[K]]]}
      - {name: B, projection: [[[K]], [[N]]]}
      - {name: Z, projection: [[[M]], [[N]]], read_write: true}
  instance: {M: 8, N: 16, K: 32}
)");
  CHECK(to_string(workload) == "Z[m,n] += A[m,k] * B[k,n]");
  CHECK(workload.name == "prob");
}

TEST_CASE("an index with different factors in two tensors gets a coefficient for each") {
  const Workload workload = einsum("O[p] += I[2*p+r] * W[3*p,r]", {{"P", 4}, {"R", 3}});
  const std::string text = timeloop_problem(workload, TimeloopVersion::V04);
  CHECK(text.find("[P, Wstride], [R, Wdilation]") != std::string::npos);
  CHECK(text.find("[P, Wstride2]") != std::string::npos);
  CHECK(to_string(read_problem(text)) == to_string(workload));
}

TEST_CASE("what a problem lacks or has too much is refused with its place") {
  CHECK(problem_fault(problem(good)) == "no fault");
  CHECK(problem_fault("problem: {version: 0.5, shape: {}}") ==
        "dir/prob.yaml:1:20: a problem of version '0.5'; known: 0.2, 0.3, 0.4");
  CHECK(problem_fault("problem: {version: 0.4}") == "dir/prob.yaml:1:10: the key 'shape' is missing here");
  CHECK(problem_fault("problem: {shape: conv9}") ==
        "dir/prob.yaml:1:18: the shape 'conv9' stands in a file of its own; write it here (only cnn-layer is known)");
  CHECK(problem_fault("problem: {shap: {}, instance: {}}") ==
        "dir/prob.yaml:1:11: unknown key 'shap'; did you mean 'shape'?");
  CHECK(problem_fault("problem: {shape: {dimensions: [c]}}") ==
        "dir/prob.yaml:1:32: a dimension is named by a capital letter, not 'c'");
  CHECK(problem_fault("problem: {shape: {dimensions: [C, C]}}") ==
        "dir/prob.yaml:1:35: the dimension 'C' stands here twice; remove one");
  CHECK(problem_fault("problem: {shape: {flatten: []}}") ==
        "dir/prob.yaml:1:28: flattened dimensions have no counterpart here; write the dimensions out");
  CHECK(problem_fault("problem: {shape: {dimension: [C]}}") ==
        "dir/prob.yaml:1:19: unknown key 'dimension'; did you mean 'dimensions'?");
  CHECK(problem_fault("problem: {shape: {dimensions: [C]}, instance: {}}") ==
        "dir/prob.yaml:1:47: the size of dimension 'C' is missing here");
  CHECK(problem_fault("problem: {shape: {dimensions: [C]}, instance: {C: 0}}") ==
        "dir/prob.yaml:1:51: size C must be from 1 to 16,777,216, not '0'");
  CHECK(problem_fault("problem: {shape: {dimensions: [C]}, instance: {C: 1}}") ==
        "dir/prob.yaml:1:18: the key 'data_spaces' is missing here");
  CHECK(problem_fault(problem(good, ", Cstride: 2")) ==
        "dir/prob.yaml:7:26: unknown key 'Cstride'; known: densities, "
        "commonDensity, H, W, Hpad, Wpad, Hpadding, Wpadding, C, K");
  CHECK(problem_fault(problem(good, ", densities: {A: 0.5}")) ==
        "dir/prob.yaml:7:37: densities are not read from Timeloop's files; remove them, or write a workload "
        "file with "
        "'density'");
  CHECK(problem_fault(problem(good, ", commonDensity: 0.5")).starts_with("dir/prob.yaml:7:41: densities"));
  CHECK(problem_fault(problem(good, ", commonDensity: 1.0")) == "no fault");
}

TEST_CASE("what is wrong in a data space is refused with its place") {
  const auto space_fault = [](const std::string& space) {
    return problem_fault(problem("    - {" + space + "}\n" + good));
  };
  CHECK(space_fault("name: B, projection: [[[X]]]") == "dir/prob.yaml:5:32: unknown dimension 'X'; did you mean 'C'?");
  CHECK(space_fault("name: B, projection: [[[C, Wstride]]]")
            .starts_with("dir/prob.yaml:5:35: unknown coefficient 'Wstride'"));
  CHECK(space_fault("name: B, projection: [[[C, K, C]]]") ==
        "dir/prob.yaml:5:31: a term of a projection is [DIMENSION] or [DIMENSION, COEFFICIENT]");
  CHECK(space_fault("name: B, projection: [[]]") ==
        "dir/prob.yaml:5:30: an axis of a projection has at least one term, as [[P]]");
  CHECK(space_fault("name: B, projection: {C: 1}") == "dir/prob.yaml:5:29: projection must be a list");
  CHECK(space_fault("name: my space, projection: [[[C]]]") ==
        "dir/prob.yaml:5:14: a data space is named by a capital, letters and digits; not 'my space'");
  CHECK(space_fault("name: B, projection: [[[C]]], writes: true") ==
        "dir/prob.yaml:5:38: unknown key 'writes'; known: name, projection, read_write, read-write, ranks");
  CHECK(space_fault("name: B, projection: [[[C]]], read_write: perhaps") ==
        "dir/prob.yaml:5:50: read_write must be true or false, not 'perhaps'");
  CHECK(space_fault("name: B, projection: [[[C]]], read_write: true") ==
        "dir/prob.yaml:5:5: found 1 data space to read and 2 to read and write; there must be inputs "
        "and one "
        "output (read_write: true)");
  CHECK(space_fault("name: A, projection: [[[C]]]") ==
        "dir/prob.yaml:2:3: workload 'prob': two tensors are called A; give each a name of its own");
  CHECK(space_fault("name: B, projection: [[[C]], [[C]]]") ==
        "dir/prob.yaml:2:3: workload 'prob': index C stands several times in B; give each place an index of its own");
}

TEST_CASE("an index of several letters cannot be written for Timeloop") {
  CHECK_THROWS_WITH(timeloop_problem(einsum("O[kh] += I[kh]", {{"Kh", 3}}), TimeloopVersion::V04),
                    "Timeloop names a dimension by one letter; rename index 'Kh'");
}

TEST_CASE("names are quoted where YAML would take them for something else") {
  CHECK(yaml_scalar("conv1") == "conv1");
  CHECK(yaml_scalar("N") == "N");
  CHECK(yaml_scalar("No") == "'No'");
  CHECK(yaml_scalar("lstm/W_x") == "'lstm/W_x'");
  CHECK(yaml_scalar("it's\n") == "'it''s '");
  CHECK(yaml_scalar("") == "''");
}

TEST_CASE("a version of Timeloop's files is 0.3 or 0.4") {
  CHECK(parse_timeloop_version("0.3") == TimeloopVersion::V03);
  CHECK(to_string(parse_timeloop_version("0.4")) == "0.4");
  CHECK_THROWS_WITH(parse_timeloop_version("4"), "--timeloop-version must be 0.3 or 0.4, not '4'");
}

}  // namespace pj
