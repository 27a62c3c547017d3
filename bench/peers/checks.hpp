#pragma once

#include <string>
#include <vector>

namespace pj {

/// What a plan chooses for each distinct convolution of some networks, beside the fastest of all rows measured at
/// length: lines `shape;chosen;µs;fastest;µs`, and at the end `all;SECONDS` of processor time for choosing.
void print_choice(const std::vector<std::string>& networks);

/// The bytes of a network's weights, of its plan's activations and workspace, and the most memory that this process has
/// had after a run: `weights;planned;most`.
void print_memory(const std::string& network);

/// Milliseconds on the clock for reading a network, planning by the model, and the first result.
void print_first(const std::string& network);

}  // namespace pj
