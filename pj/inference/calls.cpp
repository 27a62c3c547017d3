#include "pj/inference/calls.hpp"

#include <algorithm>
#include <map>

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"

namespace pj {

namespace {

std::vector<std::string> names_of(const Network& network, const std::vector<ValueId>& values) {
  std::vector<std::string> names;
  for (const ValueId id : values) {
    names.push_back(network.values[id].name);
  }
  return names;
}

std::size_t index_of(const std::string& name, const std::vector<std::string>& names, const std::string& what) {
  const auto at = std::find(names.begin(), names.end(), name);
  if (at == names.end()) {
    throw InputError("the network has no " + what + " '" + name + "'" + did_you_mean(name, names));
  }
  return static_cast<std::size_t>(at - names.begin());
}

/// A state: an input and the output that feeds it in the next call.
struct State {
  std::size_t input, output;
};

std::vector<State> states_of(const Network& network, const std::vector<std::string>& texts) {
  std::vector<State> states;
  for (const std::string& text : texts) {
    const std::size_t at = text.find('=');
    if (at == std::string::npos) {
      throw InputError("--state is INPUT=OUTPUT, not '" + text + "'");
    }
    const State state{index_of(text.substr(0, at), names_of(network, network.inputs), "input"),
                      index_of(text.substr(at + 1), names_of(network, network.outputs), "output")};
    const Value& input = network.values[network.inputs[state.input]];
    const Value& output = network.values[network.outputs[state.output]];
    if (input.shape != output.shape || input.format != output.format) {
      throw InputError("--state " + text + ": the input is " + shape_text(input.shape) + " " + to_string(input.format) +
                       " and the output " + shape_text(output.shape) + " " + to_string(output.format) +
                       "; they must be equal");
    }
    states.push_back(state);
  }
  return states;
}

/// The input that a text names, and the rest of it: `NAME=FILE`, or only `FILE` for the one input that is left.
std::pair<std::size_t, std::string> named_input(const Network& network, const std::string& text,
                                                const std::vector<State>& states) {
  const std::vector<std::string> names = names_of(network, network.inputs);
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (text.starts_with(names[i] + "=")) {
      return {i, text.substr(names[i].size() + 1)};
    }
  }
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool is_state = std::any_of(states.begin(), states.end(), [&](const State& s) { return s.input == i; });
    if (!is_state) {
      open.push_back(i);
    }
  }
  if (open.size() != 1) {
    throw InputError("the network has the inputs " + join(names, ", ") + "; give each as --input NAME=FILE");
  }
  return {open.front(), text};
}

Constant zeros_for(const Value& input) {
  const auto bytes =
      static_cast<std::size_t>(element_count(input.shape)) * static_cast<std::size_t>(stored_bytes(input.format));
  return {input.format, input.shape, std::vector<std::byte>(bytes)};
}

using SeriesByInput = std::map<std::size_t, InputSeries>;

SeriesByInput load_inputs(const Network& network, const RunRequest& request, const std::vector<State>& states) {
  SeriesByInput series;
  for (const std::string& text : request.inputs) {
    const auto [input, file] = named_input(network, text, states);
    const Value& value = network.values[network.inputs[input]];
    if (!series.emplace(input, load_input(file, value, request.preprocessing)).second) {
      throw InputError("the input '" + value.name + "' is given twice; give it once");
    }
  }
  for (const State& state : states) {
    const Value& value = network.values[network.inputs[state.input]];
    series.try_emplace(state.input, InputSeries{1, [&value](std::int64_t) { return zeros_for(value); }});
  }
  for (std::size_t i = 0; i < network.inputs.size(); ++i) {
    const Value& value = network.values[network.inputs[i]];
    if (!series.contains(i)) {
      throw InputError("the input '" + value.name + "' (" + shape_text(value.shape) + " " + to_string(value.format) +
                       ") is not given; add --input " + (network.inputs.size() > 1 ? value.name + "=" : "") + "FILE");
    }
  }
  return series;
}

std::int64_t calls_of(const SeriesByInput& series) {
  std::int64_t calls = 1;
  for (const auto& [input, each] : series) {
    if (each.calls != 1 && calls != 1 && each.calls != calls) {
      throw InputError("the inputs are series of " + std::to_string(calls) + " and " + std::to_string(each.calls) +
                       " calls; give series of equal length");
    }
    calls = std::max(calls, each.calls);
  }
  return calls;
}

/// Appends what one call gave to what the earlier ones gave.
void append(RunResult& result, std::vector<Constant> outputs) {
  if (result.outputs.empty()) {
    result.outputs = std::move(outputs);
    return;
  }
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    auto& bytes = result.outputs[i].bytes;
    bytes.insert(bytes.end(), outputs[i].bytes.begin(), outputs[i].bytes.end());
  }
}

}  // namespace

RunResult run_calls(const Plan& plan, const RunRequest& request,
                    const std::function<void(std::int64_t done, std::int64_t all)>& progress) {
  const Network& network = plan.network();
  const std::vector<State> states = states_of(network, request.states);
  const SeriesByInput series = load_inputs(network, request, states);
  RunResult result{.calls = calls_of(series), .names = names_of(network, network.outputs)};
  std::vector<Constant> operands(network.inputs.size());
  for (std::int64_t call = 0; call < result.calls; ++call) {
    for (const auto& [input, each] : series) {
      const bool is_state = call > 0 && std::any_of(states.begin(), states.end(),
                                                    [&, i = input](const State& s) { return s.input == i; });
      if (!is_state) {
        operands[input] = each.operand(each.calls == 1 ? 0 : call);
      }
    }
    std::vector<Constant> outputs = plan.run(operands);
    for (const State& state : states) {
      operands[state.input] = outputs[state.output];
    }
    append(result, std::move(outputs));
    if (progress) {
      progress(call + 1, result.calls);
    }
  }
  for (Constant& output : result.outputs) {
    if (result.calls > 1) {
      output.shape.insert(output.shape.begin(), result.calls);
    }
  }
  return result;
}

}  // namespace pj
