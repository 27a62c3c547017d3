#include "pj/timeloop/directive.hpp"

#include <algorithm>
#include <cctype>

#include "pj/base/text.hpp"
#include "pj/workload/workload_file.hpp"

namespace pj {

namespace {

bool is_letter(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0;
}
bool is_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

/// Reads one text of factors from left to right.
class FactorText {
 public:
  FactorText(const YamlNode& node, const Workload& workload, std::vector<TimeloopFactor>& factors)
      : text_(node.text("factors")), position_(node.position()), workload_(workload), factors_(factors) {}

  void read() {
    for (skip(" ,"); at_ < text_.size(); skip(" ,")) {
      read_factor();
    }
  }

 private:
  void read_factor() {
    const std::size_t start = at_;
    while (at_ < text_.size() && is_letter(text_[at_])) {
      ++at_;
    }
    const std::string name = text_.substr(start, at_ - start);
    skip(" ");
    if (name.empty() || (at_ < text_.size() && (text_[at_] == '<' || text_[at_] == '>'))) {
      throw InputError(position_, "'" + text_ + "' is no list of factors; write R3 or R=3 for each dimension");
    }
    skip("= ");
    TimeloopFactor& factor = factors_[find_dimension(workload_, name, position_)];
    if (factor.given) {
      throw InputError(position_, "the factor of '" + name + "' stands here twice; remove one");
    }
    factor = {number(name), 0, true, position_};
    factor.last = factor.count;
    const bool has_remainder =
        at_ + 1 < text_.size() && (text_[at_] == ',' || text_[at_] == ';') && is_digit(text_[at_ + 1]);
    if (has_remainder) {
      ++at_;
      factor.last = number(name);
      if (factor.last < 1 || factor.last > factor.count) {
        throw InputError(position_, "the remainder of '" + name + "' must be from 1 to its factor " +
                                        std::to_string(factor.count) + ", not " + std::to_string(factor.last));
      }
    }
  }

  std::int64_t number(const std::string& name) {
    const std::size_t start = at_;
    while (at_ < text_.size() && is_digit(text_[at_])) {
      ++at_;
    }
    const std::string digits = text_.substr(start, at_ - start);
    if (digits.empty()) {
      throw InputError(position_, "the factor of '" + name + "' must be a whole number, as in " + name + "=3");
    }
    if (digits.size() > 8 || parse_integer(digits, "factor") > largest_index) {
      throw InputError(position_, "the factor of '" + name + "' is more than " + grouped(largest_index));
    }
    return parse_integer(digits, "factor");
  }

  void skip(std::string_view characters) { at_ = std::min(text_.find_first_not_of(characters, at_), text_.size()); }

  const std::string& text_;
  const Position& position_;
  const Workload& workload_;
  std::vector<TimeloopFactor>& factors_;
  std::size_t at_ = 0;
};

/// The dimensions of one text of a permutation: names between blanks or commas, or letter by letter.
void add_dimensions(const YamlNode& node, const Workload& workload, std::vector<std::size_t>& order) {
  std::string text = node.text("permutation");
  std::replace(text.begin(), text.end(), ',', ' ');
  for (const std::string& word : split(text, ' ')) {
    const bool is_name = workload.find_index(word) < workload.indices.size();
    for (std::size_t i = 0; i < word.size(); i += is_name ? word.size() : 1) {
      const std::string name = is_name ? word : word.substr(i, 1);
      const std::size_t index = find_dimension(workload, name, node.position());
      if (std::find(order.begin(), order.end(), index) != order.end()) {
        throw InputError(node.position(), "the dimension '" + name + "' stands here twice; remove one");
      }
      order.push_back(index);
    }
  }
}

}  // namespace

std::size_t find_dimension(const Workload& workload, const std::string& name, const Position& position) {
  std::size_t index = workload.find_index(name);
  if (index == workload.indices.size() && name == "K") {
    index = workload.find_index("M");  // older files count the filters by K
  }
  if (index == workload.indices.size()) {
    std::vector<std::string> known;
    for (const Index& each : workload.indices) {
      known.push_back(each.name);
    }
    throw InputError(position, "unknown dimension '" + name + "'" + did_you_mean(name, known));
  }
  return index;
}

std::vector<TimeloopFactor> parse_factors(const YamlNode& node, const Workload& workload) {
  std::vector<TimeloopFactor> factors(workload.indices.size());
  if (!node.is_sequence()) {
    FactorText(node, workload, factors).read();
    return factors;
  }
  for (const YamlNode& item : node.sequence("factors")) {
    FactorText(item, workload, factors).read();
  }
  return factors;
}

std::vector<std::size_t> parse_permutation(const YamlNode* node, const Workload& workload) {
  std::vector<std::size_t> order;
  if (node != nullptr && node->is_sequence()) {
    for (const YamlNode& item : node->sequence("permutation")) {
      add_dimensions(item, workload, order);
    }
  } else if (node != nullptr) {
    add_dimensions(*node, workload, order);
  }
  for (std::size_t index = 0; index < workload.indices.size(); ++index) {
    if (std::find(order.begin(), order.end(), index) == order.end()) {
      order.push_back(index);
    }
  }
  return order;
}

}  // namespace pj
