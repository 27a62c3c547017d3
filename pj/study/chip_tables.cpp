#include "pj/study/chip_tables.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "pj/base/text.hpp"
#include "pj/study/claims.hpp"
#include "pj/study/mapped_claim.hpp"
#include "pj/study/page_text.hpp"

namespace pj {

namespace {

/// A measured value beside ours.
struct Point {
  Claim claim;
  double chosen = 0.0;  ///< under the chip's loop nest
  double best = 0.0;    ///< under the nest of the least product of energy and delay

  double error() const { return chosen / claim.published - 1.0; }
};

/// One layer on the chip and under the best nest.
struct LayerPair {
  MappedLayer chosen, best;
};

/// All that was measured of a chip on a network.
struct ChipStudy {
  std::string chip;
  std::string network;
  std::vector<std::pair<std::string, std::vector<Point>>> quantities;  ///< in the order of the claims
  std::vector<std::pair<std::string, LayerPair>> layers;
};

template <class Value>
Value& entry(std::vector<std::pair<std::string, Value>>& table, const std::string& name) {
  const auto found = std::find_if(table.begin(), table.end(), [&](const auto& row) { return row.first == name; });
  return found != table.end() ? found->second : table.emplace_back(name, Value{}).second;
}

std::vector<ChipStudy> studies(const PageOptions& options) {
  std::vector<ChipStudy> all;
  for (const Claim& claim : select_claims(built_in_claims(), {}, "L")) {
    if (claim.computation != "mapped layer") {
      continue;
    }
    const std::string& network = claim.with.at("of").text("of");
    const auto found = std::find_if(all.begin(), all.end(), [&](const ChipStudy& study) {
      return study.chip == claim.subject && study.network == network;
    });
    ChipStudy& study = found != all.end() ? *found : all.emplace_back(ChipStudy{claim.subject, network});
    const std::string& layer = claim.with.at("layer").text("layer");
    LayerPair& pair = entry(study.layers, layer);
    if (pair.chosen.layer.empty()) {
      options.progress(study.chip + ", " + network + ":" + layer);
      pair = {mapped_as_claimed(claim.with), mapped_at_best(claim.with, options.cache)};
    }
    entry(study.quantities, counted_thing(claim.with))
        .push_back({claim, count_of(pair.chosen, claim.with), count_of(pair.best, claim.with)});
  }
  return all;
}

std::string summary(const ChipStudy& study) {
  std::string text = table_head({"quantity", "layers", "mean error", "mean size of the error", "worst", "at"});
  for (const auto& [quantity, points] : study.quantities) {
    double sum = 0.0;
    double sizes = 0.0;
    for (const Point& point : points) {
      sum += point.error();
      sizes += std::abs(point.error());
    }
    const auto count = static_cast<double>(points.size());
    const auto worst = std::max_element(points.begin(), points.end(), [](const Point& a, const Point& b) {
      return std::abs(a.error()) < std::abs(b.error());
    });
    text += table_line({quantity, std::to_string(points.size()), signed_page_percent(sum / count),
                        page_percent(sizes / count), signed_page_percent(worst->error()),
                        worst->claim.with.at("layer").text("layer")});
  }
  return text;
}

std::string quantity_table(const std::string& quantity, const std::vector<Point>& points) {
  const std::string unit = points.front().claim.unit;
  std::string text =
      "\n**" + quantity + (unit.empty() ? "" : ", " + unit) + "** (" + points.front().claim.source + ")\n\n";
  text += table_head({"layer", "measured on the chip", "ours", "error", "best mapping"});
  for (const Point& point : points) {
    text += table_line({point.claim.with.at("layer").text("layer"), page_number(point.claim.published),
                        page_number(point.chosen), signed_page_percent(point.error()), page_number(point.best)});
  }
  return text;
}

/// The remarks on the claims, each once, with the layers that they are about.
std::string remarks(const ChipStudy& study) {
  std::vector<std::pair<std::string, std::vector<std::string>>> notes;
  for (const auto& [quantity, points] : study.quantities) {
    for (const Point& point : points) {
      if (!point.claim.note.empty()) {
        entry(notes, quantity + "\n" + point.claim.note).push_back(point.claim.with.at("layer").text("layer"));
      }
    }
  }
  std::string text = notes.empty() ? "" : "\nWhere ours and the chip differ, and what the columns mean:\n\n";
  for (const auto& [note, layers] : notes) {
    const std::size_t end = note.find('\n');
    text += "- *" + note.substr(0, end) + "*, " + join(layers, ", ") + ": " + note.substr(end + 1) + "\n";
  }
  return text;
}

/// What the chip's nests cost more than the best ones, in the model: DRAM and chip together.
std::string left_on_the_table(const ChipStudy& study) {
  const auto energy = [](const MappedLayer& layer) { return layer.cost.energy().value * 1e-9; };
  const auto time = [](const MappedLayer& layer) {
    return 1e3 * (layer.cost.cycles() / layer.accelerator.clock).value;
  };
  std::string text =
      "\n**What the chip left on the table**: energy with DRAM, and time, under its nests and under those with the\n"
      "least product of the two, both by the model\n\n";
  text += table_head({"layer", "energy, mJ", "best", "saved", "time, ms", "best", "saved"});
  double sums[4] = {};
  const auto row = [&](const std::string& name, const double(&values)[4]) {
    text += table_line({name, page_number(values[0]), page_number(values[1]),
                        signed_page_percent(1.0 - values[1] / values[0]), page_number(values[2]),
                        page_number(values[3]), signed_page_percent(1.0 - values[3] / values[2])});
  };
  for (const auto& [name, pair] : study.layers) {
    const double values[4] = {energy(pair.chosen), energy(pair.best), time(pair.chosen), time(pair.best)};
    row(name, values);
    for (std::size_t i = 0; i < 4; ++i) {
      sums[i] += values[i];
    }
  }
  row("all", sums);
  return text;
}

/// Where the constants of a machine file are from.
std::string provenance(const Accelerator& machine) {
  std::string text = "\n## Provenance of " + machine.name + "\n\nMachine file: `accelerators/" + machine.name +
                     ".yaml`. " + machine.source + "\n\n" + "| value | basis | source |\n|---|---|---|\n";
  for (const auto& [value, origin] : machine.provenance) {
    text += table_line({value, origin.basis, origin.source});
  }
  return text;
}

/// What the rows of the claims say of all of them.
std::string interpretation(const ChipStudy& study) {
  std::string text = "\n**In words**\n\n";
  for (const std::string& remark : study.quantities.front().second.front().claim.remarks) {
    text += "- " + remark + "\n";
  }
  return text;
}

std::string study_text(const ChipStudy& study) {
  std::string text = "## " + study.chip + " on `" + study.network + "`\n\n" + summary(study);
  for (const auto& [quantity, points] : study.quantities) {
    text += quantity_table(quantity, points);
  }
  return text + remarks(study) + left_on_the_table(study);
}

}  // namespace

std::string chip_tables(const PageOptions& options) {
  std::string text;
  std::map<std::string, const Accelerator*> machines;
  const std::vector<ChipStudy> all = studies(options);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool is_last_of_chip = i + 1 == all.size() || all[i + 1].chip != all[i].chip;
    text += (text.empty() ? "" : "\n") + study_text(all[i]) + (is_last_of_chip ? interpretation(all[i]) : "");
    const Accelerator& machine = all[i].layers.front().second.chosen.accelerator;
    machines[machine.name] = &machine;
  }
  for (const auto& [name, machine] : machines) {
    text += provenance(*machine);
  }
  return text;
}

}  // namespace pj
