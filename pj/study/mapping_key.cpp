#include "pj/study/mapping_key.hpp"

#include <iomanip>
#include <sstream>

#include "pj/base/text.hpp"
#include "pj/study/model_version.hpp"

namespace pj {

namespace {

// Every struct is taken apart whole: a field that is added to one does not compile here until somebody has decided
// whether the search reads it. Those that it does not read are named and left alone.

/// The parts of one line: names are quoted, so that no name can look like two parts.
class Line {
 public:
  explicit Line(const char* first) { text_ << first; }

  Line& word(const char* name) {
    text_ << " " << name;
    return *this;
  }
  Line& add(const char* name, const std::string& text) {
    word(name).text_ << " " << std::quoted(text);
    return *this;
  }
  Line& add(const char* name, double number) {
    word(name).text_ << " " << exact(number);
    return *this;
  }
  Line& add(const char* name, std::int64_t number) {
    word(name).text_ << " " << number;
    return *this;
  }
  Line& add(const char* name, bool is_so) { return word(name).word(is_so ? "yes" : "no"); }
  Line& add(const char* name, const std::vector<std::string>& names) {
    word(name).text_ << " [";
    for (const std::string& text : names) {
      text_ << " " << std::quoted(text);
    }
    text_ << " ]";
    return *this;
  }
  template <class Value>
  Line& add(const char* name, const std::optional<Value>& value) {
    return value ? add(name, *value) : word(name).word("any");
  }

  std::string text() const { return text_.str() + "\n"; }

 private:
  std::ostringstream text_;
};

std::string axis_text(const Axis& axis) {
  std::vector<std::string> terms;
  for (const Term& term : axis) {
    const auto& [index, coefficient] = term;
    terms.push_back(std::to_string(coefficient) + "*" + std::to_string(index));
  }
  return join(terms, "+");
}

std::string key_of(const Workload& workload) {
  const auto& [name, indices, tensors, multiplies] = workload;  // not the name
  std::string text = Line("workload").add("multiplies", multiplies).text();
  for (const Index& index : indices) {
    const auto& [index_name, size] = index;
    text += Line("index").add("name", index_name).add("size", size).text();
  }
  for (const Operand& tensor : tensors) {
    const auto& [tensor_name, axes, bits, density, is_index, partial_bits] = tensor;
    std::vector<std::string> sums;
    for (const Axis& axis : axes) {
      sums.push_back(axis_text(axis));
    }
    Line line("tensor");
    line.add("name", tensor_name).add("axes", sums).add("bits", std::int64_t{bits}).add("density", density);
    line.add("is_index", is_index).add("partial_bits", std::int64_t{partial_bits});
    text += line.text();
  }
  return text;
}

std::string key_of(const Level& level) {
  const auto& [name, capacity, partitions, keeps, must_keep, double_buffered, word, read, write, read_bandwidth,
               write_bandwidth, bandwidth, exposed, area, loops, whole, stays, formats, gated] = level;  // not the area
  Line line("level");
  line.add("name", name);
  line.add("capacity", capacity ? std::optional(capacity->value) : std::nullopt);
  for (const auto& [tensor, size] : partitions) {
    line.add("partition", tensor).add("bits", size.value);
  }
  line.add("keeps", keeps).add("must_keep", must_keep).add("double_buffered", double_buffered);
  line.add("word", word.value).add("read", read.value).add("write", write.value);
  line.add("read_bandwidth", read_bandwidth).add("write_bandwidth", write_bandwidth).add("bandwidth", bandwidth);
  line.add("exposed", exposed);
  for (const auto& [tensor, format] : formats) {
    line.add("stores", tensor).add("as", to_string(format));
  }
  for (const auto& [tensor, operands] : gated) {
    line.add("gates", tensor).add("by", operands);
  }
  return line.add("loops", loops).add("whole", whole).add("stays", stays).text();
}

std::string key_of(const Fanout& fanout) {
  const auto& [name, axes, multicast, reduction, reduces, chain, one_axis, hop, sum_hop, hops, area] =
      fanout;  // not the area
  Line line("fanout");
  line.add("name", name);
  for (const FanoutAxis& axis : axes) {
    const auto& [axis_name, size, indices] = axis;
    line.add("axis", axis_name).add("size", size).add("indices", indices);
  }
  line.add("multicast", multicast).add("reduction", reduction).add("one_axis", one_axis);
  line.add("reduces", reduces).add("chain", chain);
  return line.add("hop", hop.value)
      .add("sum_hop", sum_hop ? std::optional(sum_hop->value) : std::nullopt)
      .add("hops", hops)
      .text();
}

std::string key_of(const Compute& compute) {
  // Neither the name nor the area, and what the workload says of partial sums already.
  const auto& [name, energy, add, precision, bits, partial_bits, latches, area, gates, skips] = compute;
  const auto& [tensors, lanes, brick] = skips;
  Line line("compute");
  line.add("energy", energy.value).add("adder", add.value).add("precision", static_cast<std::int64_t>(precision));
  line.add("bits", std::int64_t{bits}).add("latches", latches).add("gates", gates);
  return line.add("skips", tensors).add("lanes", lanes).add("brick", brick).text();
}

std::string key_of(const Conventions& conventions) {
  const auto& [halo, drain_reads, free_handoff] = conventions;
  Line line("conventions");
  line.add("halo", static_cast<std::int64_t>(halo)).add("drain_reads", drain_reads).add("free_handoff", free_handoff);
  return line.text();
}

std::string key_of(const Accelerator& accelerator) {
  // Only the stages, the compute units and the conventions.
  const auto& [name, title, source, node_nm, clock, stages, compute, conventions, provenance] = accelerator;
  std::string text;
  for (const Stage& stage : stages) {
    text += std::visit([](const auto& s) { return key_of(s); }, stage);
  }
  return text + key_of(compute) + key_of(conventions);
}

std::string key_of(const MapperOptions& options) {
  // A proved result is the same under any limit of time, and whatever rules the search uses.
  const auto& [objective, perfect_factors, most_cycles, time_limit, interrupt, rules] = options;
  Line line("search");
  line.add("objective", to_string(objective)).add("perfect_factors", perfect_factors);
  return line.add("most_cycles", most_cycles ? std::optional(most_cycles->value) : std::nullopt).text();
}

}  // namespace

std::string mapping_key(const Workload& workload, const Accelerator& accelerator, const MapperOptions& options) {
  return Line("model").add("version", std::string(model_version())).text() + key_of(options) + key_of(workload) +
         key_of(accelerator);
}

}  // namespace pj
