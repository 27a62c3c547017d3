#pragma once

#include <array>
#include <optional>
#include <string>

#include "pj/base/text.hpp"
#include "pj/base/yaml.hpp"

namespace pj {

/// A word of the file and what it means.
template <class Meaning>
struct Word {
  const char* word;
  Meaning meaning;
};
template <class Meaning>
Word(const char*, Meaning) -> Word<Meaning>;

/// The parameters of a rule; each is there or has a value of its own.
class Parameters {
 public:
  /// `rule` is the name under which they stand.
  Parameters(const YamlNode& node, const std::string& rule) : node_(node), rule_(rule) {
    node.map("what stands behind '" + rule + "'");
  }

  int integer(const char* key, int otherwise, std::int64_t low, std::int64_t high) const {
    const YamlNode* given = node_.find(key);
    return given == nullptr ? otherwise : static_cast<int>(given->integer(what(key), low, high));
  }
  bool flag(const char* key) const {
    const YamlNode* given = node_.find(key);
    return given != nullptr && given->boolean(what(key));
  }
  /// A number above `low`, at most `high`.
  double number(const char* key, double otherwise, double low, double high) const {
    const YamlNode* given = node_.find(key);
    const double number = given == nullptr ? otherwise : given->number(what(key));
    if (given != nullptr && (!(number > low) || number > high)) {
      throw InputError(given->position(), what(key) + " is " + given->text(key) + "; give a number above " +
                                              significant(low) + ", at most " + significant(high));
    }
    return number;
  }
  std::optional<std::string> text(const char* key) const {
    const YamlNode* given = node_.find(key);
    return given == nullptr ? std::nullopt : std::optional(given->text(what(key)));
  }
  template <class Meaning, std::size_t Count>
  Meaning word(const char* key, const std::array<Word<Meaning>, Count>& words) const {
    const YamlNode* given = node_.find(key);
    if (given == nullptr) {
      return words.front().meaning;
    }
    std::vector<std::string> known;
    for (const Word<Meaning>& word : words) {
      if (given->text(what(key)) == word.word) {
        return word.meaning;
      }
      known.emplace_back(word.word);
    }
    throw InputError(given->position(), what(key) + " is '" + given->text(key) + "'; give " + join(known, ", "));
  }
  /// What `read` makes of a text; its faults get the place in the file.
  template <class Read>
  auto read(const char* key, const std::string& otherwise, Read read) const {
    const YamlNode* given = node_.find(key);
    try {
      return read(given == nullptr ? otherwise : given->text(what(key)));
    } catch (const InputError& fault) {
      throw InputError((given == nullptr ? node_ : *given).position(), fault.what());
    }
  }

 private:
  std::string what(const char* key) const { return rule_ + "'s " + key; }

  const YamlNode& node_;
  const std::string& rule_;
};

}  // namespace pj
