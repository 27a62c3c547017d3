#include <algorithm>
#include <sstream>

#include "pj/base/text.hpp"
#include "pj/mapping/mapping.hpp"

namespace pj {

namespace {

std::string loops_text(const Workload& workload, const Fanout* fanout, const StageMapping& stage) {
  std::vector<std::string> parts;
  for (const Loop& loop : stage.loops) {
    const std::string direction = fanout == nullptr ? "for" : fanout->axes[static_cast<std::size_t>(loop.axis)].name;
    parts.push_back(direction + " " + workload.indices[loop.index].name + " in " + std::to_string(loop.factor));
  }
  return join(parts, ", ");
}

std::string keeps_text(const Workload& workload, const StageMapping& stage) {
  std::vector<std::string> names;
  for (std::size_t t = 0; t < stage.keeps.size(); ++t) {
    if (stage.keeps[t]) {
      names.push_back(workload.tensors[t].name);
    }
  }
  return "[" + join(names, " ") + "]";
}

/// Reads the line of one stage.
class LineReader {
 public:
  LineReader(const Workload& workload, const Stage& stage, std::string line, Position position)
      : workload_(workload), stage_(stage), line_(std::move(line)), position_(std::move(position)) {}

  StageMapping read() {
    const std::string& name = stage_name(stage_);
    if (!line_.starts_with(name)) {
      fail("must begin with '" + name + "', the accelerator's next stage");
    }
    std::string_view rest = trimmed(std::string_view(line_).substr(name.size()));
    StageMapping result;
    if (std::holds_alternative<Level>(stage_)) {
      const std::size_t end = rest.find(']');
      if (!rest.starts_with('[') || end == std::string_view::npos) {
        fail("must list the tensors that '" + name + "' keeps, as in [Input Output]");
      }
      result.keeps = keeps(rest.substr(1, end - 1));
      rest = trimmed(rest.substr(end + 1));
    }
    for (const std::string& part : split(rest, ',')) {
      result.loops.push_back(loop(std::string(trimmed(part))));
    }
    return result;
  }

 private:
  [[noreturn]] void fail(const std::string& fault) const { throw InputError(position_, fault); }

  std::vector<bool> keeps(std::string_view text) const {
    std::vector<std::string> known;
    for (const Operand& tensor : workload_.tensors) {
      known.push_back(tensor.name);
    }
    std::vector<bool> kept(known.size(), false);
    for (const std::string& name : split(trimmed(text), ' ')) {
      const auto found = std::find(known.begin(), known.end(), name);
      if (found == known.end() && !name.empty()) {
        fail("unknown tensor '" + name + "'" + did_you_mean(name, known));
      }
      if (!name.empty()) {
        kept[static_cast<std::size_t>(found - known.begin())] = true;
      }
    }
    return kept;
  }

  Loop loop(const std::string& text) const {
    std::istringstream words(text);
    std::string direction;
    std::string index;
    std::string in;
    std::string factor;
    std::string more;
    if (!(words >> direction >> index >> in >> factor) || in != "in" || words >> more) {
      fail("'" + text + "' is no loop; write 'for M in 4'");
    }
    Loop result;
    result.index = workload_.find_index(index);
    result.factor = parse_integer(factor, position_.file + ":" + std::to_string(position_.line) + ": factor");
    result.axis = axis(direction);
    if (result.index == workload_.indices.size()) {
      fail("unknown index '" + index + "'; the workload is " + to_string(workload_));
    }
    if (result.factor < 1) {
      fail("a factor must be at least 1, not " + factor);
    }
    return result;
  }

  int axis(const std::string& direction) const {
    const auto* fanout = std::get_if<Fanout>(&stage_);
    std::vector<std::string> known{"for"};
    if (fanout != nullptr) {
      known.clear();
      for (const FanoutAxis& axis : fanout->axes) {
        known.push_back(axis.name);
      }
    }
    const auto found = std::find(known.begin(), known.end(), direction);
    if (found == known.end()) {
      fail("unknown direction '" + direction + "'" + did_you_mean(direction, known));
    }
    return static_cast<int>(found - known.begin());
  }

  const Workload& workload_;
  const Stage& stage_;
  std::string line_;
  Position position_;
};

}  // namespace

std::string to_string(const Workload& workload, const Accelerator& accelerator, const Mapping& mapping) {
  std::size_t name_width = 0;
  std::size_t keeps_width = 0;
  for (std::size_t s = 0; s < mapping.stages.size(); ++s) {
    name_width = std::max(name_width, stage_name(accelerator.stages[s]).size());
    if (!mapping.stages[s].keeps.empty()) {
      keeps_width = std::max(keeps_width, keeps_text(workload, mapping.stages[s]).size());
    }
  }
  std::string text;
  for (std::size_t s = 0; s < mapping.stages.size(); ++s) {
    const auto* fanout = std::get_if<Fanout>(&accelerator.stages[s]);
    std::string line = stage_name(accelerator.stages[s]);
    line.resize(name_width + 2, ' ');
    line += fanout == nullptr ? keeps_text(workload, mapping.stages[s]) : "";
    line.resize(name_width + keeps_width + 4, ' ');
    line += loops_text(workload, fanout, mapping.stages[s]);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

Mapping parse_mapping(const Workload& workload, const Accelerator& accelerator, const std::string& text,
                      const std::string& file) {
  Mapping mapping;
  std::istringstream lines(text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    const std::string content(trimmed(line.substr(0, line.find('#'))));
    if (content.empty()) {
      continue;
    }
    if (mapping.stages.size() == accelerator.stages.size()) {
      throw InputError({file, number}, "the accelerator has only " + std::to_string(mapping.stages.size()) + " stages");
    }
    const Stage& stage = accelerator.stages[mapping.stages.size()];
    mapping.stages.push_back(LineReader(workload, stage, content, {file, number}).read());
  }
  if (mapping.stages.size() < accelerator.stages.size()) {
    throw InputError({file},
                     "the line of stage '" + stage_name(accelerator.stages[mapping.stages.size()]) + "' is missing");
  }
  return mapping;
}

}  // namespace pj
