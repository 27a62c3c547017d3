#include "pj/study/dataflows_report.hpp"

#include "pj/base/text.hpp"

namespace pj {

namespace {

/// Energies as multiples of that of one multiply-accumulate, for each of them.
std::string for_each_mac(const DataflowBar& bar, Picojoules energy) {
  return significant(energy / bar.operations);
}

std::string title(const DataflowGroup& group) {
  return std::string(group.fully_connected ? "Fully connected layers" : "Convolutions") + ", " +
         grouped(group.elements) + " elements, batch " + std::to_string(group.batch);
}

std::string range_text(const DataflowBar& bar, const DataflowBar& first) {
  if (!bar.fastest || !first.verdict) {
    return "";
  }
  const auto [from, to] = bar.energy_delays();
  const std::string text = significant(from / first.energy_delay()) + " to " + significant(to / first.energy_delay());
  return bar.range_proved ? text : text + " at least";
}

std::string marked(const std::string& number, bool is_proved) {
  return is_proved ? number : "≤ " + number;
}

std::vector<std::string> row(const DataflowBar& bar, const DataflowBar& first) {
  if (!bar.verdict) {
    return {bar.dataflow, "no mapping", "", "", "", "", "", "", "", "", "", ""};
  }
  const double macs = static_cast<double>(bar.macs);
  const double accesses = static_cast<double>(bar.dram_reads + bar.dram_writes) / macs;
  const bool is_free = bar.unrestricted.has_value();
  return {bar.dataflow,
          marked(for_each_mac(bar, bar.energy()), bar.proved),
          first.verdict ? significant(bar.energy() / first.energy()) : "",
          for_each_mac(bar, bar.dram),
          for_each_mac(bar, bar.buffer),
          for_each_mac(bar, bar.array),
          for_each_mac(bar, bar.registers),
          significant(accesses),
          first.verdict ? significant(bar.energy_delay() / first.energy_delay()) : "",
          range_text(bar, first),
          is_free ? marked(for_each_mac(bar, *bar.unrestricted), bar.unrestricted_proved) : "",
          is_free ? "+" + significant(100.0 * (bar.energy() / *bar.unrestricted - 1.0), 2) + " %" : ""};
}

std::string csv_row(const DataflowGroup& group, const DataflowBar& bar) {
  std::vector<std::string> fields{group.fully_connected ? "FC" : "CONV", std::to_string(group.elements),
                                  std::to_string(group.batch), bar.dataflow, bar.verdict ? "" : bar.verdict.reason()};
  const auto number = [&](double value) { fields.push_back(bar.verdict ? exact(value) : ""); };
  number(static_cast<double>(bar.macs));
  for (const Picojoules part : {bar.operations, bar.dram, bar.buffer, bar.array, bar.registers, bar.tensors[0],
                                bar.tensors[1], bar.tensors[2]}) {
    number(part.value);
  }
  number(static_cast<double>(bar.dram_reads));
  number(static_cast<double>(bar.dram_writes));
  number(bar.delay);
  fields.emplace_back(bar.proved ? "yes" : "no");
  fields.push_back(bar.unrestricted ? exact(bar.unrestricted->value) : "");
  fields.emplace_back(bar.unrestricted_proved ? "yes" : "no");
  for (const auto& other : {bar.fastest, bar.slowest}) {
    fields.push_back(other ? exact(other->energy.value) : "");
    fields.push_back(other ? exact(other->delay) : "");
  }
  fields.emplace_back(bar.range_proved ? "yes" : "no");
  return csv_line(fields) + "\n";
}

}  // namespace

std::string dataflow_table(const std::vector<DataflowGroup>& groups) {
  std::string text;
  for (const DataflowGroup& group : groups) {
    Table table({"dataflow", "energy", "of RS", "DRAM", "buffer", "array", "registers", "DRAM accesses", "EDP of RS",
                 "EDP range", "unrestricted", "constraints"});
    for (const DataflowBar& bar : group.bars) {
      table.add(row(bar, group.bars.front()));
    }
    text += title(group) + "\n\n" + table.text() + "\n";
  }
  return text + "Energies in those of a multiply-accumulate, and DRAM accesses, for each multiply-accumulate.\n";
}

std::string dataflow_csv(const std::vector<DataflowGroup>& groups) {
  std::string text =
      "layers,elements,batch,dataflow,no_mapping,macs,operations,dram,buffer,array,registers,inputs,weights,sums,"
      "dram_reads,dram_writes,delay,proved,unrestricted,unrestricted_proved,fastest,fastest_delay,slowest,"
      "slowest_delay,range_proved\n";
  for (const DataflowGroup& group : groups) {
    for (const DataflowBar& bar : group.bars) {
      text += csv_row(group, bar);
    }
  }
  return text;
}

}  // namespace pj
