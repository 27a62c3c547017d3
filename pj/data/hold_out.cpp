#include "pj/data/hold_out.hpp"

#include <cmath>

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"

namespace pj {

namespace {

DataSet at_places(const DataSet& data, std::vector<std::size_t> places, const std::string& name) {
  DataSet part{.name = name};
  for (const std::size_t place : places) {
    part.labels.push_back(data.labels[place]);
  }
  part.sample = [sample = data.sample, places = std::move(places)](std::size_t i) { return sample(places[i]); };
  return part;
}

}  // namespace

std::pair<DataSet, DataSet> with_held_out(const DataSet& data, double share) {
  constexpr double rounding = 1e-9;  // a whole number stays one
  std::vector<std::size_t> left;
  std::vector<std::size_t> held;
  for (std::size_t i = 0; i < data.size(); ++i) {
    const auto whole = [&](std::size_t samples) { return std::floor(static_cast<double>(samples) * share + rounding); };
    (whole(i + 1) > whole(i) ? held : left).push_back(i);
  }
  if (left.empty() || held.empty()) {
    throw InputError({data.name}, "has " + counted(std::ssize(data.labels), "sample") + ", of which " + percent(share) +
                                      " held out leave nothing on one side");
  }
  return {at_places(data, std::move(left), data.name + " without what is held out"),
          at_places(data, std::move(held), "what is held out of " + data.name)};
}

}  // namespace pj
