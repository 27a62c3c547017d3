#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pj/mapper/mapper.hpp"
#include "pj/study/limits.hpp"
#include "pj/study/load.hpp"
#include "pj/sweep/parameter.hpp"

namespace pj {

/// A network of a study, for one batch.
struct StudyNetwork {
  std::string name;  ///< as the study has it
  std::string path;  ///< as `load_network` takes it: files are beside the study
  LoadOptions load;
  Position position;
};

/// A machine of a study: its file, which every point changes a little.
struct StudyMachine {
  std::string name;
  YamlNode file;
  Position position;
};

/// A design-space study: all combinations of networks, machines and the choices of all parameters (docs/sweep.md).
struct Study {
  std::string name;
  std::vector<StudyNetwork> networks;
  std::vector<StudyMachine> machines;
  std::vector<SweepParameter> parameters;
  std::vector<Limit> limits;
  std::vector<const MetricRow*> objectives;
  MapperOptions mapper;
};

/// One combination, as places in the study's lists.
struct StudyPoint {
  std::size_t network = 0, machine = 0;
  std::vector<std::size_t> choices;  ///< for each parameter

  bool operator==(const StudyPoint&) const = default;
};

/// Reads a study. Every fault is an `InputError` with file, line and column.
Study read_study(const std::string& path);

/// Tries every choice of every parameter on its own on every machine, which must make a machine that discloses its
/// technology; combinations may still be impossible. Throws `InputError` with the parameter's place.
void try_choices(const Study& study);

/// The number of combinations; 2^63 - 1 where there are more.
std::int64_t point_count(const Study& study);

/// The combination with this number: the last parameter changes fastest, the network slowest.
StudyPoint point_of(const Study& study, std::int64_t number);

/// The settings of a point, each `PATH=VALUE`, in the order of the parameters.
std::vector<std::string> settings_of(const Study& study, const StudyPoint& point);

}  // namespace pj
