#include "pj/compression/selector.hpp"

#include <algorithm>

#include "pj/base/text.hpp"
#include "pj/network/statistics.hpp"

namespace pj {

namespace {

bool any_fits(const std::vector<std::string>& patterns, const std::string& name) {
  return std::ranges::any_of(patterns, [&](const std::string& pattern) { return fits(pattern, name); });
}

void check_patterns(const std::vector<std::string>& patterns, const std::vector<std::string>& known,
                    const Position& position, const std::string& what) {
  for (const std::string& pattern : patterns) {
    if (std::ranges::none_of(known, [&](const std::string& name) { return fits(pattern, name); })) {
      throw InputError(position, "no " + what + " '" + pattern + "' in the network" + did_you_mean(pattern, known));
    }
  }
}

}  // namespace

bool fits(const std::string& pattern, const std::string& name) {
  // The place behind the last star, from which another try begins one character further on.
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t star = std::string::npos;
  std::size_t retry = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      retry = n;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
      ++p;
      ++n;
    } else if (star != std::string::npos) {
      p = star + 1;
      n = ++retry;
    } else {
      return false;
    }
  }
  return std::all_of(pattern.begin() + static_cast<std::ptrdiff_t>(p), pattern.end(), [](char c) { return c == '*'; });
}

std::vector<std::size_t> selected(const Network& network, const Selector& selector,
                                  const std::function<bool(std::size_t)>& can_work, const std::string& what) {
  std::vector<std::string> names;
  std::vector<std::string> kinds;
  for (const Node& node : network.nodes) {
    names.push_back(node.name);
    kinds.push_back(kind_name(network, node));
  }
  check_patterns(selector.layers, names, selector.position, "layer");
  check_patterns(selector.except, names, selector.position, "layer");
  check_patterns(selector.kinds, kinds, selector.position, "layer of the kind");
  std::vector<std::size_t> nodes;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool is_named = selector.layers.empty() || any_fits(selector.layers, names[i]);
    const bool is_kind = selector.kinds.empty() || any_fits(selector.kinds, kinds[i]);
    if (is_named && is_kind && !any_fits(selector.except, names[i]) && can_work(i)) {
      nodes.push_back(i);
    }
  }
  if (nodes.empty()) {
    throw InputError(selector.position, "none of the selected layers has " + what + "; select others");
  }
  return nodes;
}

}  // namespace pj
