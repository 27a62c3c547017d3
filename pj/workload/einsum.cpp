#include "pj/workload/einsum.hpp"

#include <algorithm>
#include <cctype>
#include <optional>

#include "pj/base/arithmetic.hpp"
#include "pj/base/error.hpp"
#include "pj/base/text.hpp"

namespace pj {

namespace {

constexpr std::int64_t most_operations = std::int64_t{1} << 62;

using NamedSizes = std::vector<std::pair<std::string, std::int64_t>>;

/// Reads one Einsum from left to right.
class Reader {
 public:
  Reader(const std::string& text, const NamedSizes& sizes) : text_(text), sizes_(sizes) {}

  Workload read() {
    const Operand output = tensor();
    expect("+=");
    workload_.tensors.push_back(tensor());
    while (accept("*")) {
      workload_.tensors.push_back(tensor());
    }
    if (at_ != text_.size()) {
      fail("nothing more");
    }
    workload_.tensors.push_back(output);
    check(workload_);
    return workload_;
  }

 private:
  [[noreturn]] void fail(const std::string& wanted) {
    skip_blanks();
    throw InputError("Einsum '" + text_ + "', column " + std::to_string(at_ + 1) + ": expected " + wanted);
  }
  void skip_blanks() {
    while (at_ < text_.size() && text_[at_] == ' ') {
      ++at_;
    }
  }
  bool accept(const std::string& token) {
    skip_blanks();
    if (text_.compare(at_, token.size(), token) != 0) {
      return false;
    }
    at_ += token.size();
    return true;
  }
  void expect(const std::string& token) {
    if (!accept(token)) {
      fail("'" + token + "'");
    }
  }
  std::string word() {
    skip_blanks();
    const std::size_t start = at_;
    while (at_ < text_.size() && std::isalnum(static_cast<unsigned char>(text_[at_])) != 0) {
      ++at_;
    }
    if (at_ == start) {
      fail("a name or a number");
    }
    return text_.substr(start, at_ - start);
  }

  Operand tensor() {
    skip_blanks();
    if (at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_])) != 0) {
      fail("the name of a tensor");
    }
    Operand operand{.name = tensor_name(word())};
    expect("[");
    do {
      operand.axes.push_back(axis());
    } while (accept(","));
    expect("]");
    return operand;
  }
  Axis axis() {
    Axis terms;
    do {
      terms.push_back(term());
    } while (accept("+"));
    return terms;
  }
  Term term() {
    std::int64_t coefficient = 1;
    std::string name = word();
    while (std::islower(static_cast<unsigned char>(name[0])) == 0) {
      const auto product = checked_product(coefficient, constant(name));
      if (!product || *product < 1) {
        fail("a positive coefficient before here");
      }
      coefficient = *product;
      expect("*");
      name = word();
    }
    return {index(name), coefficient};
  }
  std::int64_t constant(const std::string& name) {
    return std::isdigit(static_cast<unsigned char>(name[0])) != 0 ? parse_integer(name, "coefficient") : size(name);
  }
  std::int64_t size(const std::string& name) {
    const auto found = std::find_if(sizes_.begin(), sizes_.end(), [&](const auto& s) { return s.first == name; });
    if (found == sizes_.end()) {
      throw InputError("Einsum '" + text_ + "': no size is given for '" + name + "'");
    }
    return found->second;
  }
  std::size_t index(std::string name) {
    name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
    const std::size_t known = workload_.find_index(name);
    if (known == workload_.indices.size()) {
      workload_.indices.push_back({name, size(name)});
    }
    return known;
  }

  const std::string& text_;
  const NamedSizes& sizes_;
  std::size_t at_ = 0;
  Workload workload_;
};

std::string place_of(const Workload& workload) {
  return workload.name.empty() ? "" : "workload '" + workload.name + "': ";
}

/// An index may stand in a tensor once.
void check_uses(const Workload& workload, const Operand& tensor, std::size_t index) {
  std::int64_t uses = 0;
  for (const Axis& axis : tensor.axes) {
    uses += std::count_if(axis.begin(), axis.end(), [&](const Term& term) { return term.index == index; });
  }
  if (uses > 1) {
    throw InputError(place_of(workload) + "index " + workload.indices[index].name + " stands several times in " +
                     tensor.name + "; give each place an index of its own");
  }
}

/// The places that a tensor spans, holes included, must be countable.
void check_span(const Workload& workload, const Operand& tensor) {
  std::optional<std::int64_t> span = 1;
  for (const Axis& axis : tensor.axes) {
    std::optional<std::int64_t> length = 1;
    for (const Term& term : axis) {
      const auto reach = checked_product(term.coefficient, workload.indices[term.index].size - 1);
      length = length && reach ? checked_sum(*length, *reach) : std::nullopt;
    }
    span = span && length ? checked_product(*span, *length) : std::nullopt;
  }
  if (!span || *span > most_operations) {
    throw InputError(place_of(workload) + "" + tensor.name + " spans more than 2^62 places");
  }
}

}  // namespace

bool Operand::depends_on(std::size_t index) const {
  return std::any_of(axes.begin(), axes.end(), [&](const Axis& axis) {
    return std::any_of(axis.begin(), axis.end(), [&](const Term& term) { return term.index == index; });
  });
}

std::int64_t Workload::operations() const {
  std::int64_t product = 1;
  for (const Index& index : indices) {
    product *= index.size;
  }
  return product;
}

std::size_t Workload::find_index(const std::string& wanted) const {
  const auto found = std::find_if(indices.begin(), indices.end(), [&](const Index& i) { return i.name == wanted; });
  return static_cast<std::size_t>(found - indices.begin());
}

std::string tensor_name(const std::string& name) {
  return name == "I" ? "Input" : name == "W" ? "Weight" : name == "O" ? "Output" : name;
}

Workload einsum(const std::string& text, const NamedSizes& sizes) {
  return Reader(text, sizes).read();
}

void check(const Workload& workload) {
  std::int64_t operations = 1;
  for (std::size_t i = 0; i < workload.indices.size(); ++i) {
    const Index& index = workload.indices[i];
    const auto product = checked_product(operations, index.size);
    if (index.size < 1 || !product || *product > most_operations) {
      throw InputError(place_of(workload) + "size " + index.name + " = " + std::to_string(index.size) +
                       (index.size < 1 ? " is not positive" : " makes more than 2^62 multiply-accumulates"));
    }
    operations = *product;
    for (const Operand& tensor : workload.tensors) {
      check_uses(workload, tensor, i);
    }
  }
  for (const Operand& tensor : workload.tensors) {
    check_span(workload, tensor);
    const auto same = [&](const Operand& other) { return other.name == tensor.name; };
    if (std::count_if(workload.tensors.begin(), workload.tensors.end(), same) > 1) {
      throw InputError(place_of(workload) + "two tensors are called " + tensor.name + "; give each a name of its own");
    }
  }
}

std::string to_string(const Workload& workload) {
  const auto lower = [](std::string name) {
    name[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(name[0])));
    return name;
  };
  const auto tensor_text = [&](const Operand& tensor) {
    std::vector<std::string> axes;
    for (const Axis& axis : tensor.axes) {
      std::vector<std::string> terms;
      for (const Term& term : axis) {
        terms.push_back((term.coefficient == 1 ? "" : std::to_string(term.coefficient) + "*") +
                        lower(workload.indices[term.index].name));
      }
      axes.push_back(join(terms, "+"));
    }
    return tensor.name + "[" + join(axes, ",") + "]";
  };
  std::vector<std::string> factors;
  for (std::size_t t = 0; t + 1 < workload.tensors.size(); ++t) {
    factors.push_back(tensor_text(workload.tensors[t]));
  }
  return tensor_text(workload.tensors.back()) + " += " + join(factors, " * ");
}

}  // namespace pj
