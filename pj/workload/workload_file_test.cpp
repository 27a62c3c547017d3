#include "pj/workload/workload_file.hpp"

#include <doctest/doctest.h>

#include "tests/support/fault.hpp"

namespace pj {

namespace {

Workload read(const std::string& text) {
  return parse_workload(parse_yaml(text, "dir/matmul.yaml"));
}

std::string fault(const std::string& text) {
  return input_fault([&] { read(text); });
}

const std::string head = "einsum: \"O[n,m] += I[n,c] * W[m,c]\"\n";

}  // namespace

TEST_CASE("a workload file is its Einsum with sizes, bits and a name") {
  const Workload workload = read("name: scores\n" + head + "sizes: {N: 8, M: 64, C: 32}\nbits: {I: 8, Weight: 4}\n");
  CHECK(workload.name == "scores");
  CHECK(to_string(workload) == "Output[n,m] += Input[n,c] * Weight[m,c]");
  CHECK(workload.macs() == 8 * 64 * 32);
  CHECK(workload.tensors[0].bits == 8);
  CHECK(workload.tensors[1].bits == 4);
  CHECK(workload.tensors[2].bits == 16);
}

TEST_CASE("a workload file gives shares of non-zeros") {
  const Workload workload = read(head + "sizes: {N: 8, M: 64, C: 32}\ndensity: {I: 0.5, Weight: 0.25}\n");
  CHECK(workload.tensors[0].density == 0.5);
  CHECK(workload.tensors[2].density == 1.0);
  CHECK(fault(head + "sizes: {N: 8, M: 64, C: 32}\ndensity: {I: 2}\n") ==
        "dir/matmul.yaml:3:14: density of I is a share from 0 to 1, not 2");
  CHECK(fault(head + "sizes: {N: 8, M: 64, C: 32}\ndensity: {Q: 0.5}\n") ==
        "dir/matmul.yaml:3:11: unknown tensor 'Q'; known: Input, Weight, Output");
}

TEST_CASE("a workload without a name takes the file's") {
  CHECK(read(head + "sizes: {N: 8, M: 64, C: 32}\n").name == "matmul");
}

TEST_CASE("constants of the Einsum are sizes too and tensors may have any names") {
  const Workload workload =
      read("einsum: \"Y[p] += A[U*p+2*r] * B[r] * Gain[p]\"\nsizes: {P: 4, R: 3, U: 2}\nmultiplies: no\n");
  CHECK(to_string(workload) == "Y[p] += A[2*p+2*r] * B[r] * Gain[p]");
  CHECK(workload.operations() == 12);
  CHECK(workload.macs() == 0);
}

TEST_CASE("a workload file is known by its key 'einsum'") {
  CHECK(is_workload(parse_yaml(head, "a.yaml")));
  CHECK_FALSE(is_workload(parse_yaml("layers: []", "a.yaml")));
  CHECK_FALSE(is_workload(parse_yaml("- einsum", "a.yaml")));
}

TEST_CASE("keys and sizes that a workload file cannot have are refused with their place") {
  CHECK(fault(head + "sizs: {N: 8}\n") == "dir/matmul.yaml:2:1: unknown key 'sizs'; did you mean 'sizes'?");
  CHECK(fault(head) == "dir/matmul.yaml:1:1: the key 'sizes' is missing here");
  CHECK(fault(head + "sizes: {n: 8}\n") ==
        "dir/matmul.yaml:2:9: a size is named by a capital, as N for the index n; not 'n'");
  CHECK(fault(head + "sizes: {N: 8, K: 2}\n") ==
        "dir/matmul.yaml:2:15: the Einsum has no 'K'; remove the size or check its name");
  CHECK(fault(head + "sizes: {N: 0}\n") == "dir/matmul.yaml:2:12: size N must be from 1 to 16,777,216, not '0'");
  CHECK(fault(head + "sizes: {N: many}\n") == "dir/matmul.yaml:2:12: size N must be a whole number, not 'many'");
  CHECK(fault(head + "sizes: {N: 8, M: 2, C: 2}\nbits: {Weigth: 8}\n") ==
        "dir/matmul.yaml:3:8: unknown tensor 'Weigth'; did you mean 'Weight'?");
  CHECK(fault(head + "sizes: {N: 8, M: 2, C: 2}\nbits: {W: 65}\n") ==
        "dir/matmul.yaml:3:11: bits of W must be from 1 to 64, not '65'");
  CHECK(fault(head + "sizes: {N: 8, M: 2, C: 2}\nmultiplies: maybe\n") ==
        "dir/matmul.yaml:3:13: multiplies must be true or false, not 'maybe'");
  CHECK(fault("[1]") == "dir/matmul.yaml:1:1: this must be a map of keys and values");
}

TEST_CASE("what is wrong in the Einsum is said with the file's place") {
  const auto einsum_fault = [](const std::string& einsum, const std::string& sizes) {
    return fault("einsum: \"" + einsum + "\"\nsizes: {" + sizes + "}\n");
  };
  CHECK(einsum_fault("O[n] = I[n]", "N: 2") == "dir/matmul.yaml:1:9: Einsum 'O[n] = I[n]', column 6: expected '+='");
  CHECK(einsum_fault("O[n] += 2[n]", "N: 2") ==
        "dir/matmul.yaml:1:9: Einsum 'O[n] += 2[n]', column 9: expected the name of a tensor");
  CHECK(einsum_fault("O[n] += I[n,c]", "N: 2") ==
        "dir/matmul.yaml:1:9: Einsum 'O[n] += I[n,c]': no size is given for 'C'");
  CHECK(einsum_fault("O[n] += I[n,n]", "N: 2") ==
        "dir/matmul.yaml:1:9: index N stands several times in Input; give each place an index of its own");
  CHECK(einsum_fault("O[n] += A[n] * A[n]", "N: 2") ==
        "dir/matmul.yaml:1:9: two tensors are called A; give each a name of its own");
  CHECK(einsum_fault("", "N: 2").starts_with("dir/matmul.yaml:2:9: the Einsum has no 'N'"));
  CHECK(einsum_fault(std::string(1001, 'a'), "N: 2") == "dir/matmul.yaml:1:9: an Einsum has up to 1,000 letters");
}

TEST_CASE("an Einsum beyond what can be counted is refused") {
  const auto einsum_fault = [](const std::string& einsum, const std::string& sizes) {
    return fault("einsum: \"" + einsum + "\"\nsizes: {" + sizes + "}\n");
  };
  CHECK(einsum_fault("O[p] += I[16777216*p+r]", "P: 3, R: 1") ==
        "dir/matmul.yaml:1:9: a window of Input runs over 33,554,433 places; at most 16,777,216 can be counted");
  CHECK(einsum_fault("O[p] += I[9000000000000000000*p]", "P: 3") ==
        "dir/matmul.yaml:1:9: Input spans more than 2^62 places");
  CHECK(einsum_fault("O[p] += I[9000000000000000*p]", "P: 3") ==
        "dir/matmul.yaml:1:9: Input spans 18,000,000,000,000,001 places; at most 1,125,899,906,842,624 can be counted");
  CHECK(einsum_fault("O[a,b] += I[a,c]", "A: 16777216, B: 16777216, C: 16777216") ==
        "dir/matmul.yaml:1:9: size C = 16777216 makes more than 2^62 multiply-accumulates");
  CHECK(einsum_fault("O[a] += I[c] * W[b]", "A: 1048576, B: 1048576, C: 1048576") ==
        "dir/matmul.yaml:1:9: the sizes make 1,152,921,504,606,846,976 operations; at most 1,125,899,906,842,624 can "
        "be counted");
  std::string many = "O[a] += I[a]";
  for (int i = 0; i < 7; ++i) {
    many += " * T" + std::to_string(i) + "[a]";
  }
  CHECK(einsum_fault(many, "A: 2") == "dir/matmul.yaml:1:9: an Einsum has up to 8 tensors and 16 indices");
}

}  // namespace pj
