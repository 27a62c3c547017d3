#include "pj/study/compression_search_report.hpp"

#include <algorithm>
#include <cmath>

#include "pj/base/text.hpp"
#include "pj/study/compression_report.hpp"

namespace pj {

namespace {

std::string share_with_error(const Tally& tally) {
  return significant(100.0 * tally.share(), 4) + " % ± " + significant(100.0 * tally.standard_error(), 2);
}

/// Percentage points from one share to another, with their sign.
std::string points_between(const Tally& from, const Tally& to) {
  const double points = 100.0 * (to.share() - from.share());
  return (points < 0.0 ? "−" : points > 0.0 ? "+" : "") + significant(std::abs(points));
}

std::string times_less(double before, double after) {
  return after > 0.0 ? significant(before / after) + "×" : "";
}

/// The columns of the front: which there are depends on what was measured.
class FrontTable {
 public:
  FrontTable(const CompressionSearch& search, const SearchSubject& subject)
      : search_(search), has_test_(!subject.test.empty()), has_energy_(subject.accelerator.has_value()) {}

  std::vector<std::string> header() const {
    std::vector<std::string> names{"network", "accuracy", "points"};
    add(names, has_test_, {"tested", "points"});
    add(names, has_energy_, {"energy", "less"});
    add(names, true, {"time", "less", "stored", "less"});
    return names;
  }

  std::vector<std::string> fields(const std::string& name, const SearchPoint& point) const {
    const NetworkRecord& before = search_.original.record;
    const NetworkRecord& own = point.record;
    std::vector<std::string> texts{name, share_with_error(own.accuracy), points_between(before.accuracy, own.accuracy)};
    const bool is_tested = point.test && search_.original.test;
    add(texts, has_test_,
        {is_tested ? share_with_error(*point.test) : "–",
         is_tested ? points_between(*search_.original.test, *point.test) : "–"});
    const Picojoules energy = energy_of(own.cost);
    add(texts, has_energy_,
        {scaled(energy.value * 1e-12, "J"), times_less(energy_of(before.cost).value, energy.value)});
    const Seconds time = time_of(own.cost);
    add(texts, true,
        {scaled(time.value, "s"), times_less(time_of(before.cost).value, time.value), stored_size(own.bits),
         times_less(static_cast<double>(before.bits), static_cast<double>(own.bits))});
    return texts;
  }

 private:
  static void add(std::vector<std::string>& list, bool is_there, std::vector<std::string> more) {
    if (is_there) {
      list.insert(list.end(), more.begin(), more.end());
    }
  }

  const CompressionSearch& search_;
  bool has_test_, has_energy_;
};

std::string point_name(const CompressionSearch& search, std::size_t i) {
  return std::to_string(i + 1) + (search.points[i].is_tuned ? " tuned" : "") + (search.best == i ? " (best)" : "");
}

/// Energies of layers by name; a layer that was taken apart has those of its parts.
double layer_energy(const NetworkCost& cost, const std::string& layer) {
  double sum = 0.0;
  for (const LayerCost& row : cost) {
    sum += row.layer == layer || row.layer.starts_with(layer + "/") ? row.energy.value : 0.0;
  }
  return sum;
}

std::string layers_table(const CompressionSearch& search, const SearchPoint& point, bool has_energy) {
  std::vector<std::string> header{"layer", "choice", "bit/weight", "density", "alone loses"};
  if (has_energy) {
    header.insert(header.end(), {"energy", "before"});
  }
  Table table(header);
  table.left(1);
  for (std::size_t layer = 0; layer < search.layers.size(); ++layer) {
    const std::size_t choice = point.choices[layer];
    const LayerOption& option = search.options[layer][choice];
    std::vector<std::string> fields{search.layers[layer], search.choices[choice],
                                    significant(static_cast<double>(option.form.bits) /
                                                static_cast<double>(std::max<std::int64_t>(1, option.form.weights))),
                                    percent(option.form.density),
                                    option.lost ? significant(100.0 * *option.lost) + " points" : "not measured"};
    if (has_energy) {
      for (const NetworkCost* cost : {&point.record.cost, &search.original.record.cost}) {
        fields.push_back(scaled(layer_energy(*cost, search.layers[layer]) * 1e-12, "J"));
      }
    }
    table.add(fields);
  }
  return table.text();
}

/// What was measured, and on what.
std::string what_was_done(const CompressionSearch& search, const SearchSubject& subject) {
  const auto samples = [](const Tally& tally) { return counted(tally.samples, "sample"); };
  std::string text = counted(std::ssize(search.points), "network") + " with " +
                     counted(std::ssize(search.choices), "choice") + " for " +
                     counted(std::ssize(search.layers), "layer") + " were measured on " +
                     samples(search.original.record.accuracy) + " of " + subject.data;
  if (search.original.test) {
    text += " and those shown tested on " + samples(*search.original.test) + " of " + subject.test;
  }
  return text + "; ± is the standard error.\n" +
         (search.stopped.empty() ? "" : "Ended early: " + search.stopped + ".\n");
}

std::string nothing_within(const CompressionSearch& search) {
  if (search.points.empty()) {
    return "Nothing but the original was measured.\n";
  }
  const auto nearest = std::ranges::max_element(search.points, {}, &SearchPoint::accuracy);
  return "None loses at most " + percent(search.max_drop) + "; the best loses " +
         percent(search.original.accuracy() - nearest->accuracy()) +
         ". Allow more with --max-drop, offer more careful choices, or fine-tune.\n";
}

}  // namespace

std::string search_table(const CompressionSearch& search, const SearchSubject& subject, bool whole_front) {
  const FrontTable front(search, subject);
  Table table(front.header());
  table.add(front.fields("original", search.original));
  for (const std::size_t i : search.front()) {
    if (whole_front || search.best == i) {
      table.add(front.fields(point_name(search, i), search.points[i]));
    }
  }
  const std::string text = table.text() + "\n" + what_was_done(search, subject) + "\n";
  return text + (search.best ? layers_table(search, search.points[*search.best], subject.accelerator.has_value())
                             : nothing_within(search));
}

std::string search_csv(const CompressionSearch& search, const SearchSubject& subject) {
  const FrontTable front(search, subject);
  std::string text = csv_line(front.header()) + "\n" + csv_line(front.fields("original", search.original)) + "\n";
  for (std::size_t i = 0; i < search.points.size(); ++i) {
    text += csv_line(front.fields(point_name(search, i), search.points[i])) + "\n";
  }
  return text;
}

}  // namespace pj
