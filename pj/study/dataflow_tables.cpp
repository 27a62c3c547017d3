#include "pj/study/dataflow_tables.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "pj/base/parallel.hpp"
#include "pj/base/text.hpp"
#include "pj/study/claim_computations.hpp"
#include "pj/study/dataflows.hpp"
#include "pj/study/page_text.hpp"
#include "pj/study/published_bars.hpp"
#include "pj/study/row_named.hpp"

namespace pj {

namespace {

constexpr double within = 0.01;  // of the least energy, for the range of energy–delay products
constexpr std::int64_t searched_elements = 256, searched_batch = 1;  // other ranges would take hours of searches
constexpr double reading = 0.005;                                    // of a height, read off the drawing
constexpr int digits_of_bars = 4;
constexpr double operations_in_unit = 1e9;  // of `10^9 MAC`

constexpr const char* dataflows_introduction = R"(## The dataflows of ISCA 2016

The bars of figures 10 to 14 of the paper beside ours on the machines `isca16_*` ([dataflows.md](dataflows.md)). An error is
that of the bar; that of a part of it is in percent of the whole bar. The energy–delay product is that of the mapping of least
energy; its range is that of mappings with at most 1 % more energy: with 256 elements and batch 1 from the fastest to the one on the
fewest elements, else (of which the searches would take hours) only among those that take as many steps.
)";

constexpr const char* notes = R"(
Where they differ, and why:

- *energy of single layers*, conv2 and conv3 (figure 10): the paper's best mappings are not in our space. Its tiles of 65 and
  78 filters are no multiples of the 18 and 30 that the elements hold, and a strip of 16 columns counts as 27/16 = 1.69
  strips. Our tiles nest, and their edges are whole. The prices agree: the paper's formulas give our mappings 5.762 and 6.046
  for each multiply-accumulate, our model gives them 5.764 and 6.046.
- *DRAM accesses* of OSA: all of its tiles are strips, which the paper averages.
- *EDP*: the paper divides by the elements that are at work in the first pass: 96 filters in two passes of 85 and 11 count as
  85 at work, in passes of 48 as 48, though both take as long. The mapper takes the equal passes, which hold no more; the fast
  end of the range has the wide ones.

Provenance: the published bars are heights read off the drawings (`reproduction/figures/isca2016.yaml`); the prices are the
paper's (Table IV, normalised to a multiply-accumulate); the areas of memories are of its authors' analysis
(`technologies/storage_65nm.yaml`). Everything of ours is computed by the general model; nothing was measured.
)";

/// A published bar beside ours.
struct BarPoint {
  std::string dataflow, place;  ///< place: `conv1`, `batch 16`
  double published = 0.0, ours = 0.0, error = 0.0;
  std::pair<double, double> range;  ///< of an energy–delay product

  bool is_inside() const {
    return published >= range.first * (1.0 - reading) && published <= range.second * (1.0 + reading);
  }
};

/// The bars of one quantity in one figure.
struct Panel {
  std::string figure, quantity, about;
  std::vector<BarPoint> points;
};

double value(const DataflowBar& bar, const std::string& quantity) {
  return row_named(dataflow_quantities(), YamlNode({}, quantity), "quantity", "quantity").of(bar);
}

/// Our bars of all figures, each computed once.
class Bars {
 public:
  Bars(const PublishedFigures& figures, const PageOptions& options) : figures_(figures), options_(options) {}

  void compute() {
    std::set<Group> groups;
    for (const PublishedBars& bars : figures_.bars) {
      groups.insert({bars.layers, bars.elements, bars.batch});
    }
    for (const Group& group : groups) {
      const auto& [layers, elements, batch] = group;
      options_.progress("dataflows of " + layers + ", " + grouped(elements) + " elements, batch " +
                        std::to_string(batch));
      fill(group);
    }
  }

  const DataflowBar& at(const PublishedBars& bars, const std::string& dataflow) const {
    return bars_.at({bars.layers, bars.elements, bars.batch}).at(dataflow);
  }

  /// Ours in the unit of the published bar.
  double ours(const PublishedBars& bars, const std::string& dataflow, const std::string& quantity) const {
    const DataflowBar& bar = at(bars, dataflow);
    const double number = value(bar, quantity);
    if (bars.unit == "of RS") {
      // ISCA 2016: convolutions relative to row stationary of 256 elements and batch 1, others to 1024 and 16.
      const Group first = bars.layers == "FC" ? Group{"FC", 1024, 16} : Group{"CONV", 256, 1};
      return number / value(bars_.at(first).at("RS"), bars.quantity == "EDP" ? "EDP" : "energy");
    }
    return bars.unit == "accesses" ? number : number * static_cast<double>(bar.macs) / operations_in_unit;
  }

 private:
  using Group = std::tuple<std::string, std::int64_t, std::int64_t>;

  void fill(const Group& group) {
    const auto& [name, elements, batch] = group;
    const auto layers = layers_named(claimed_network(YamlNode({}, figures_.network), batch), name);
    const bool has_product = name == "CONV" || name == "FC";
    std::vector<DataflowBar> found(dataflows().size());
    parallel_for(has_product ? found.size() : 1, 0, [&, elements = elements, batch = batch](std::size_t i) {
      const DataflowExtras extras{.within = has_product ? within : 0.0,
                                  .ties_only = elements > searched_elements || batch > searched_batch};
      found[i] = dataflow_bar(dataflows()[i], layers, elements, {.cache = options_.cache}, extras);
    });
    for (DataflowBar& bar : found) {
      bars_[group][bar.dataflow] = std::move(bar);
    }
  }

  const PublishedFigures& figures_;
  const PageOptions& options_;
  std::map<Group, std::map<std::string, DataflowBar>> bars_;
};

bool is_whole(const std::string& quantity) {
  return quantity == "energy" || quantity == "DRAM accesses" || quantity == "EDP";
}

void add_points(Panel& panel, const PublishedBars& bars, const Bars& ours) {
  const std::string place =
      bars.layers == "CONV" || bars.layers == "FC" ? "batch " + std::to_string(bars.batch) : bars.layers;
  for (const auto& [dataflow, published] : bars.values) {
    BarPoint point{dataflow, place, published, ours.ours(bars, dataflow, bars.quantity)};
    const double whole = is_whole(bars.quantity) ? published : ours.ours(bars, dataflow, "energy");
    point.error = (point.ours - published) / whole;
    if (bars.quantity == "EDP") {
      point.range = {ours.ours(bars, dataflow, "least EDP"), ours.ours(bars, dataflow, "greatest EDP")};
    }
    panel.points.push_back(point);
  }
}

std::vector<Panel> panels(const PublishedFigures& figures, const Bars& ours) {
  std::vector<Panel> all;
  for (const PublishedBars& bars : figures.bars) {
    auto panel = std::find_if(all.begin(), all.end(), [&](const Panel& known) {
      return known.figure == bars.figure && known.quantity == bars.quantity;
    });
    if (panel == all.end()) {
      const bool is_group = bars.layers == "CONV" || bars.layers == "FC";
      const std::string unit = bars.unit == "accesses" ? "for each multiply-accumulate" : "in " + bars.unit;
      all.push_back({bars.figure,
                     bars.quantity,
                     (is_group ? bars.layers + ", " : "") + grouped(bars.elements) + " elements; " +
                         (bars.unit == "of RS" ? "RS is 1" : unit),
                     {}});
      panel = all.end() - 1;
    }
    add_points(*panel, bars, ours);
  }
  return all;
}

std::string summary(const std::vector<Panel>& panels) {
  std::string text = table_head({"figure", "quantity", "bars", "mean size of the error", "worst", "at"});
  for (const Panel& panel : panels) {
    double sizes = 0.0;
    for (const BarPoint& point : panel.points) {
      sizes += std::abs(point.error);
    }
    const auto worst =
        std::max_element(panel.points.begin(), panel.points.end(),
                         [](const BarPoint& a, const BarPoint& b) { return std::abs(a.error) < std::abs(b.error); });
    text += table_line({panel.figure, panel.quantity, std::to_string(panel.points.size()),
                        page_percent(sizes / static_cast<double>(panel.points.size())),
                        signed_page_percent(worst->error), worst->dataflow + ", " + worst->place});
  }
  return text;
}

std::string cell(const BarPoint& point, bool is_product) {
  std::string text = significant(point.ours, digits_of_bars) + " (" + significant(point.published, digits_of_bars) +
                     ") " + signed_page_percent(point.error);
  if (is_product) {
    text += "; " + significant(point.range.first) + " to " + significant(point.range.second);
    text += point.is_inside() ? "" : " **outside**";
  }
  return text;
}

/// Places down, dataflows across.
std::string table(const Panel& panel) {
  std::vector<std::string> heads{""};
  std::vector<std::string> places;
  std::map<std::pair<std::string, std::string>, std::string> cells;
  for (const BarPoint& point : panel.points) {
    if (std::find(heads.begin(), heads.end(), point.dataflow) == heads.end()) {
      heads.push_back(point.dataflow);
    }
    if (places.empty() || places.back() != point.place) {
      places.push_back(point.place);
    }
    cells[{point.place, point.dataflow}] = cell(point, panel.quantity == "EDP");
  }
  std::string text = "\n**Figure " + panel.figure + ", " + panel.quantity + "** (" + panel.about +
                     "): ours (published) error" + (panel.quantity == "EDP" ? "; range" : "") + "\n\n" +
                     table_head(heads);
  for (const std::string& place : places) {
    std::vector<std::string> line{place};
    for (std::size_t column = 1; column < heads.size(); ++column) {
      const auto found = cells.find({place, heads[column]});
      line.push_back(found == cells.end() ? "none" : found->second);
    }
    text += table_line(line);
  }
  return text;
}

/// How many published energy–delay products lie in our ranges.
std::string products_inside(const std::vector<Panel>& panels) {
  std::size_t inside = 0;
  std::size_t all = 0;
  for (const Panel& panel : panels) {
    for (const BarPoint& point : panel.points) {
      all += panel.quantity == "EDP" ? 1 : 0;
      inside += panel.quantity == "EDP" && point.is_inside() ? 1 : 0;
    }
  }
  return "\nOf " + std::to_string(all) + " published energy–delay products " + std::to_string(inside) +
         " are in our range (to 0.5 %, as heights are read off a drawing).\n";
}

}  // namespace

std::string dataflow_tables(const PageOptions& options) {
  const PublishedFigures figures = isca2016_figures();
  Bars ours(figures, options);
  ours.compute();
  const std::vector<Panel> all = panels(figures, ours);
  std::string text = std::string(dataflows_introduction) + "\n" + summary(all) + products_inside(all);
  for (const Panel& panel : all) {
    text += table(panel);
  }
  return text + notes;
}

}  // namespace pj
