#include <algorithm>
#include <vector>

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"
#include "pj/mapper/mapper.hpp"

namespace pj {

std::string to_string(Objective objective) {
  return objective == Objective::Energy ? "energy" : objective == Objective::Delay ? "delay" : "edp";
}

Objective parse_objective(const std::string& text) {
  const std::vector<std::string> known{"energy", "delay", "edp"};
  const auto found = std::find(known.begin(), known.end(), text);
  if (found == known.end()) {
    throw InputError("unknown objective '" + text + "'" + did_you_mean(text, known));
  }
  return static_cast<Objective>(found - known.begin());
}

double objective_value(Objective objective, const Cost& cost) {
  const double energy = cost.energy().value;
  const double delay = cost.cycles().value;
  return objective == Objective::Energy ? energy : objective == Objective::Delay ? delay : energy * delay;
}

double gap(const Certificate& certificate, double value) {
  return certificate.proved ? 0.0 : value / certificate.lower_bound - 1.0;
}

}  // namespace pj
