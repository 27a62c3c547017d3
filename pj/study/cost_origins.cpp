#include "pj/study/cost_origins.hpp"

#include "pj/base/text.hpp"

namespace pj {

namespace {

using Origin = Provenance::Origin;

std::string values_of(const Accelerator& accelerator, Origin origin) {
  std::vector<std::string> values;
  for (const auto& [value, provenance] : accelerator.provenance) {
    if (provenance.origin == origin) {
      values.push_back(value);
    }
  }
  return join(values, ", ");
}

}  // namespace

std::string origin_name(Origin origin) {
  switch (origin) {
    case Origin::File:
      return "machine file";
    case Origin::Table:
      return "reference table";
    case Origin::Model:
      return "model";
  }
  return "";
}

std::string origins_text(const Accelerator& accelerator) {
  const std::string modelled = values_of(accelerator, Origin::Model);
  const std::string given = values_of(accelerator, Origin::Table);
  std::string text;
  if (!modelled.empty()) {
    text += "Estimated, as the machine file leaves it open (picojoule show says how): " + modelled + ".\n";
  }
  if (!given.empty()) {
    text += "From the reference table: " + given + ".\n";
  }
  return text;
}

std::string provenance_table(const Accelerator& accelerator) {
  Table table({"value", "basis", "source"});
  table.left(1);
  table.left(2);
  for (const auto& [value, provenance] : accelerator.provenance) {
    const std::string basis = provenance.origin == Origin::File    ? provenance.basis
                              : provenance.origin == Origin::Table ? origin_name(Origin::Table)
                                                                   : "estimated here";
    table.add({value, basis, provenance.source});
  }
  return table.text();
}

}  // namespace pj
