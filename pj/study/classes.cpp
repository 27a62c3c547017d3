#include "pj/study/classes.hpp"

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"
#include "pj/execution/numbers.hpp"
#include "pj/inference/accuracy.hpp"

namespace pj {

std::vector<ClassScore> classes_of_call(const RunResult& result, std::int64_t call,
                                        const std::vector<std::string>& labels) {
  constexpr std::size_t most = 5;
  const auto all = numbers_of<double>(result.outputs.front());
  const std::size_t scores = all.size() / static_cast<std::size_t>(result.calls);
  if (scores != labels.size()) {
    throw InputError("there are " + counted(std::ssize(labels), "label") + " for the " +
                     counted(static_cast<std::int64_t>(scores), "score") + " of output '" + result.names.front() +
                     "'; give one line for each");
  }
  const auto begin = all.begin() + static_cast<std::ptrdiff_t>(scores) * call;
  const std::vector<double> own(begin, begin + static_cast<std::ptrdiff_t>(scores));
  std::vector<ClassScore> best;
  for (const std::size_t index : ranking(own, most)) {
    best.push_back({index, own[index], labels[index]});
  }
  return best;
}

}  // namespace pj
