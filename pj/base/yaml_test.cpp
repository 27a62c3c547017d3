#include "pj/base/yaml.hpp"

#include <doctest/doctest.h>

#include "tests/support/fault.hpp"
#include "tests/support/files.hpp"

namespace pj {

namespace {

YamlNode yaml(const std::string& text) {
  return parse_yaml(text, "a.yaml");
}

/// What the error says that parsing, or then reading by `read`, gives.
template <class Read>
std::string fault(const std::string& text, Read read) {
  return input_fault([&] { read(yaml(text)); });
}

std::string fault(const std::string& text) {
  return fault(text, [](const YamlNode&) {});
}

const std::vector<std::pair<std::string, double>> sizes{{"B", 1.0}, {"KiB", 1024.0}};

std::string integer_fault(const std::string& text) {
  return fault(text, [](const YamlNode& node) { node.at("N").integer("N", 1, 4096); });
}

std::string number_fault(const std::string& text) {
  return fault(text, [](const YamlNode& node) { node.at("area").number("area"); });
}

std::string size_fault(const std::string& text) {
  return fault(text, [](const YamlNode& node) { node.at("size").quantity("size", sizes); });
}

}  // namespace

TEST_CASE("maps, lists and scalars keep their order and their places") {
  const YamlNode root = yaml("b: 1\na:\n  - x\n  - {k: v}\n");
  CHECK(root.is_map());
  CHECK(root.map("root").front().key == "b");
  CHECK(root.map("root").back().position == Position{"a.yaml", 2, 1});
  const YamlNode::Sequence& items = root.at("a").sequence("a");
  CHECK(items.at(0).text("item") == "x");
  CHECK(items.at(0).position() == Position{"a.yaml", 3, 5});
  CHECK(items.at(1).at("k").text("k") == "v");
  CHECK(root.find("c") == nullptr);
  CHECK(items.at(0).find("c") == nullptr);
}

TEST_CASE("a missing value is an empty text") {
  CHECK(yaml("a:\nb: ~\n").at("a").text("a").empty());
  CHECK(yaml("a:\nb: ~\n").at("b").text("b").empty());
}

TEST_CASE("scalars are read as what is asked for") {
  const YamlNode root = yaml("N: 16\narea: 1.5e3\ngated: yes\nskipped: off\nsize: 128 KiB\ntight: 2B\n");
  CHECK(root.at("N").integer("N", 1, 16) == 16);
  CHECK(root.at("area").number("area") == 1500.0);
  CHECK(root.at("gated").boolean("gated"));
  CHECK_FALSE(root.at("skipped").boolean("skipped"));
  CHECK(root.at("size").quantity("size", sizes) == 131072.0);
  CHECK(root.at("tight").quantity("tight", sizes) == 2.0);
}

TEST_CASE("a whole number is refused with its place where it is none or out of range") {
  CHECK(integer_fault("N: two") == "a.yaml:1:4: N must be a whole number, not 'two'");
  CHECK(integer_fault("N: 1.5") == "a.yaml:1:4: N must be a whole number, not '1.5'");
  CHECK(integer_fault("N:") == "a.yaml:1:1: N must be a whole number, not ''");
  CHECK(integer_fault("N: 0") == "a.yaml:1:4: N must be from 1 to 4,096, not '0'");
  CHECK(integer_fault("N: 99999999999999999999") ==
        "a.yaml:1:4: N must be from 1 to 4,096, not '99999999999999999999'");
  CHECK(integer_fault("N: [1]") == "a.yaml:1:4: N must be a single value, not a list or a map");
}

TEST_CASE("a number must be finite") {
  for (const std::string text : {"abc", "inf", "nan", ".inf", "1e999", "0x10", "1,5", "1 2"}) {
    CAPTURE(text);
    CHECK(number_fault("area: " + text) == "a.yaml:1:7: area must be a finite number, not '" + text + "'");
  }
}

TEST_CASE("a quantity must have a known unit") {
  CHECK(size_fault("size: 12") == "a.yaml:1:7: size must be a number with a unit (B, KiB), not '12'");
  CHECK(size_fault("size: 12 kB") == "a.yaml:1:7: size must be a number with a unit (B, KiB), not '12 kB'");
  CHECK(size_fault("size: KiB") == "a.yaml:1:7: size must be a finite number, not ''");
  CHECK(size_fault("size: 1-2 B") == "a.yaml:1:7: size must be a finite number, not '1-2'");
}

TEST_CASE("a switch must be true or false") {
  CHECK(fault("gated: maybe", [](const YamlNode& node) { node.at("gated").boolean("gated"); }) ==
        "a.yaml:1:8: gated must be true or false, not 'maybe'");
}

TEST_CASE("a scalar is no list and no map") {
  CHECK(fault("a: 1", [](const YamlNode& node) { node.at("a").sequence("levels"); }) ==
        "a.yaml:1:4: levels must be a list");
  CHECK(fault("a: 1", [](const YamlNode& node) { node.at("a").map("levels"); }) ==
        "a.yaml:1:4: levels must be a map of keys and values");
}

TEST_CASE("a missing key is reported at its map") {
  CHECK(fault("a:\n  b: 1\n", [](const YamlNode& node) { node.at("a").at("c"); }) ==
        "a.yaml:2:3: the key 'c' is missing here");
}

TEST_CASE("an unknown key offers the known ones") {
  const std::vector<std::string> known{"Input", "Output"};
  const auto allow = [&](const YamlNode& node) { node.allow_keys(known); };
  CHECK(fault("Input: 1\nOutput: 2\n", allow) == "no fault");
  CHECK(fault("Input: 1\nOuptut: 2\n", allow) == "a.yaml:2:1: unknown key 'Ouptut'; did you mean 'Output'?");
  CHECK(fault("zzz: 1\n", allow) == "a.yaml:1:1: unknown key 'zzz'; known: Input, Output");
  CHECK(fault("[1, 2]", allow) == "a.yaml:1:1: this must be a map of keys and values");
}

TEST_CASE("a long value is cut in the message") {
  CHECK(integer_fault("N: " + std::string(1000, 'x')).size() < 250);
}

TEST_CASE("a key that stands twice is refused at its second place") {
  CHECK(fault("a: 1\nb: 2\na: 3\n") == "a.yaml:3:1: the key 'a' stands here twice; remove one");
  CHECK(fault("{a: 1, a: 2}") == "a.yaml:1:8: the key 'a' stands here twice; remove one");
  CHECK(fault("a: {k: 1}\nb: {k: 1}\n") == "no fault");
}

TEST_CASE("a tab that indents is refused") {
  CHECK(fault("a:\n\tb: 1\n") == "a.yaml:2:1: a tab indents this line; use spaces");
  CHECK(fault("a:\n  \tb: 1\n") == "a.yaml:2:3: a tab indents this line; use spaces");
  CHECK(fault("a: 'x\ty'\n") == "no fault");
}

TEST_CASE("anchors and aliases are refused") {
  CHECK(fault("a: &x 1\nb: *x\n") == "a.yaml:1:4: anchors are not supported; write the value out");
  CHECK(fault("a: &x [1]\n") == "a.yaml:1:4: anchors are not supported; write the value out");
  CHECK(fault("a: *x\n") == "a.yaml:1:4: not valid YAML: the referenced anchor is not defined");
}

TEST_CASE("a list or a map cannot be a key") {
  CHECK(fault("? [1, 2]\n: 3\n") == "a.yaml:1:3: a key must be a single word, not a list or a map");
  CHECK(fault("{{a: 1}: 2}") == "a.yaml:1:2: a key must be a single word, not a list or a map");
}

TEST_CASE("nesting is followed to 64 levels and no deeper, however deep the text") {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  CHECK(fault(nested(64)) == "no fault");
  CHECK(fault(nested(65)) == "a.yaml:1:65: nested deeper than 64 levels");
  CHECK(fault(std::string(1 << 20, '[')).starts_with("a.yaml:1:"));
  std::string dashes;
  for (int i = 0; i < 10000; ++i) {
    dashes += "- ";
  }
  CHECK(fault(dashes) == "a.yaml:1:129: nested deeper than 64 levels");
}

TEST_CASE("a file holds one document") {
  CHECK(fault("a: 1\n---\nb: 2\n") == "a.yaml: holds several YAML documents; keep one");
  CHECK(fault("---\na: 1\n") == "no fault");
  CHECK(fault("") == "a.yaml: holds no YAML document");
  CHECK(fault("# only a comment\n") == "a.yaml: holds no YAML document");
}

TEST_CASE("what is not YAML is refused with its place") {
  CHECK(fault("a: [1, 2\nb: 3\n") == "a.yaml:2:2: not valid YAML: end of sequence flow not found");
  CHECK(fault("a: 'x\nb: 1\n\n") == "a.yaml:2:5: not valid YAML: illegal EOF in scalar");
  CHECK(fault("a: b: c\n").starts_with("a.yaml:1:5: not valid YAML: "));
}

TEST_CASE("no bytes make the reader crash") {
  for (const std::string text :
       {"\xff\xfe\x00", "\x01\x02\x03", "%YAML 9.9\n---\n", "!!", "- ? :", "\"\\x\"", "|9\n", "@"}) {
    CAPTURE(text);
    CHECK_NOTHROW(fault(text));
  }
}

TEST_CASE("a YAML file is read with its own name in its errors") {
  const TemporaryFolder folder;
  const std::string path = folder.file("a.yaml", "a: 1\na: 2\n");
  CHECK_THROWS_WITH_AS(read_yaml(path), (path + ":2:1: the key 'a' stands here twice; remove one").c_str(), InputError);
  CHECK(read_yaml(folder.file("b.yaml", "a: 1\n")).at("a").integer("a", 0, 9) == 1);
}

}  // namespace pj
