#include "pj/network/network_yaml_expression.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "pj/base/arithmetic.hpp"
#include "pj/base/text.hpp"

namespace pj {

namespace {

constexpr std::size_t longest = 200;  // characters of an expression; bounds the nesting of its brackets

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::optional<std::int64_t> checked_quotient(std::int64_t a, std::int64_t b) {
  if (b == 0 || (b == -1 && a == INT64_MIN)) {
    return std::nullopt;
  }
  return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}

/// Recursive descent: a sum of products of factors.
class Expression {
 public:
  Expression(std::string_view text, const Numbers& numbers) : text_(text), numbers_(numbers) {}

  std::int64_t value() {
    const std::int64_t result = sum();
    if (next() != '\0') {
      throw InputError(std::string("'") + next() + "' is not expected here");
    }
    return result;
  }

 private:
  /// The next character that is not blank; 0 at the end.
  char next() {
    while (at_ < text_.size() && text_[at_] == ' ') {
      ++at_;
    }
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  std::int64_t sum() {
    std::int64_t result = product();
    while (next() == '+' || next() == '-') {
      const bool add = text_[at_++] == '+';
      const std::int64_t other = product();
      const auto negated = add ? other : checked_product(other, -1);
      result = known(negated ? checked_sum(result, *negated) : std::nullopt);
    }
    return result;
  }

  std::int64_t product() {
    std::int64_t result = factor();
    while (next() == '*' || next() == '/') {
      const bool multiply = text_[at_++] == '*';
      const std::int64_t other = factor();
      if (!multiply && other == 0) {
        throw InputError("it divides by zero");
      }
      result = known(multiply ? checked_product(result, other) : checked_quotient(result, other));
    }
    return result;
  }

  std::int64_t factor() {
    if (next() == '-') {
      ++at_;
      return known(checked_product(factor(), -1));
    }
    if (next() == '(') {
      ++at_;
      const std::int64_t inner = sum();
      if (next() != ')') {
        throw InputError("a bracket is not closed");
      }
      ++at_;
      return inner;
    }
    return is_digit(next()) ? number() : name();
  }

  std::int64_t number() {
    std::int64_t result = 0;
    const char* begin = text_.data() + at_;
    const auto [end, fault] = std::from_chars(begin, text_.data() + text_.size(), result);
    at_ += static_cast<std::size_t>(end - begin);
    return known(fault == std::errc{} ? std::optional(result) : std::nullopt);
  }

  std::int64_t name() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && (is_letter(text_[at_]) || is_digit(text_[at_]))) {
      ++at_;
    }
    const std::string_view word = text_.substr(begin, at_ - begin);
    if (word.empty()) {
      throw InputError("a number or a name is missing");
    }
    const auto found = numbers_.find(word);
    if (found != numbers_.end()) {
      return found->second;
    }
    std::vector<std::string> names;
    for (const auto& [known_name, ignored] : numbers_) {
      names.push_back(known_name);
    }
    throw InputError("unknown name '" + std::string(word) + "'" +
                     (names.empty() ? "; write a number" : did_you_mean(word, names)));
  }

  static std::int64_t known(std::optional<std::int64_t> result) {
    if (!result) {
      throw InputError("it does not fit 64 bits");
    }
    return *result;
  }

  std::string_view text_;
  const Numbers& numbers_;
  std::size_t at_ = 0;
};

std::string letter(std::int64_t number, const Position& position) {
  if (number < 1 || number > 26) {
    throw InputError(position, "only 1 to 26 can be written as a letter, not " + std::to_string(number));
  }
  return std::string(1, static_cast<char>('a' + number - 1));
}

}  // namespace

std::int64_t evaluate(std::string_view text, const Numbers& numbers, const Position& position, std::string_view what) {
  if (text.size() > longest) {
    throw InputError(position, std::string(what) + " is longer than " + std::to_string(longest) + " characters");
  }
  try {
    return Expression(text, numbers).value();
  } catch (const InputError& fault) {
    throw InputError(position, std::string(what) + " is '" + std::string(text) + "': " + fault.what());
  }
}

std::string interpolate(std::string_view text, const Numbers& numbers, const Position& position) {
  std::string result;
  while (!text.empty()) {
    const std::size_t open = text.find('{');
    result += text.substr(0, open);
    if (open == std::string_view::npos) {
      break;
    }
    const std::size_t close = text.find('}', open);
    if (close == std::string_view::npos) {
      throw InputError(position, "the '{' in this name is not closed");
    }
    std::string_view inner = text.substr(open + 1, close - open - 1);
    const bool as_letter = inner.ends_with(":a");
    inner.remove_suffix(as_letter ? 2 : 0);
    const std::int64_t value = evaluate(inner, numbers, position, "the number in this name");
    result += as_letter ? letter(value, position) : std::to_string(value);
    text.remove_prefix(close + 1);
  }
  return result;
}

bool is_identifier(std::string_view text) {
  return !text.empty() && is_letter(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_letter(c) || is_digit(c); });
}

}  // namespace pj
