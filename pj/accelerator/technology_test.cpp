#include "pj/accelerator/technology.hpp"

#include <doctest/doctest.h>

#include <cctype>

#include "pj/accelerator/reader.hpp"
#include "pj/accelerator/storage_area.hpp"
#include "pj/accelerator/technology_files.hpp"
#include "tests/support/fault.hpp"
#include "tests/support/files.hpp"

namespace pj {

namespace {

std::string technology_fault(const std::string& text) {
  return input_fault(
      [&] {
        Technology technology;
        add_technology(technology, parse_yaml(text, "t"));
      },
      "none");
}

/// One entry of each kind in a file that says node, basis and source for all.
const std::vector<std::pair<std::string, std::string>> entries{
    {"arithmetic", "{operation: add, numbers: fixed, bits: 8, energy: 1 pJ, area: 1 um2}"},
    {"memories", "{kind: sram, capacity: 8 KiB, width: 64 bit, read: 1 pJ, write: 1 pJ, area: 1 um2}"},
    {"wires", "{length: 1 mm, width: 1 bit, supply: 0.9 V, energy: 1 fJ}"},
    {"nodes", "{node: 45 nm, energy: [1, 0, 0], area: 1, supply: 1 V, supply_source: a, supply_basis: published}"},
};

/// The places of all plain quantities (`6 pJ`) that stand for themselves, without `{value, basis, source}`.
void find_quantities(const YamlNode& node, const std::string& key, std::vector<std::string>& found) {
  if (node.is_scalar()) {
    const std::string& text = node.text(key);
    const bool is_number = !text.empty() && std::isdigit(static_cast<unsigned char>(text.front())) != 0;
    if (is_number && text.find(' ') != std::string::npos) {
      found.push_back(to_string(node.position()) + " " + key);
    }
  } else if (node.is_sequence()) {
    for (const YamlNode& item : node.sequence(key)) {
      find_quantities(item, key, found);
    }
  } else if (node.find("value") == nullptr || node.find("basis") == nullptr || node.find("source") == nullptr) {
    for (const auto& [name, position, value] : node.map(key)) {
      if (name != "source" && name != "title") {
        find_quantities(value, name, found);
      }
    }
  }
}

}  // namespace

TEST_CASE("every value of technologies/ has a unit, a node, a source and a basis") {
  CHECK(technology_files().size() >= 5);
  for (const EmbeddedFile& file : technology_files()) {
    CAPTURE(file.name);
    const YamlNode node = parse_yaml(std::string(file.text), std::string(file.name));
    Technology one;
    add_technology(one, node);
    CHECK(one != Technology{});
    CHECK(!node.at("title").text("title").empty());
  }
  for (const CostTable& table : technology().tables) {
    for (const CostPoint& point : table.points) {
      CAPTURE(table.component);
      CHECK(point.value > 0.0);
      CHECK(!point.provenance.source.empty());
      CHECK(!point.provenance.basis.empty());
    }
  }
}

TEST_CASE("a value of a technology without a node, a source or a basis is refused, and one without a unit") {
  const std::string all = "node: 45 nm\nbasis: published\nsource: a paper\n";
  for (const auto& [key, entry] : entries) {
    CAPTURE(key);
    const std::string end = key + ":\n  - " + entry + "\n";
    CHECK(technology_fault(all + end) == "none");
    CHECK(technology_fault("node: 45 nm\nbasis: published\n" + end).find("the key 'source' is missing") !=
          std::string::npos);
    CHECK(technology_fault("node: 45 nm\nsource: a\n" + end).find("the key 'basis' is missing") != std::string::npos);
    CHECK(technology_fault("node: 45 nm\nsource: a\nbasis: mesured\n" + end).find("did you mean 'measured'") !=
          std::string::npos);
    if (key != "nodes") {
      CHECK(technology_fault("basis: published\nsource: a\n" + end).find("the key 'node' is missing") !=
            std::string::npos);
    }
  }
  CHECK(technology_fault(all + "arithmetic:\n  - {operation: add, numbers: fixed, bits: 8, energy: 1}\n")
            .find("must be a number with a unit (fJ, pJ, nJ)") != std::string::npos);
}

TEST_CASE("what stands in a technology is checked") {
  const std::string all = "node: 45 nm\nbasis: published\nsource: a paper\n";
  CHECK(technology_fault(all + "memmories: []\n") == "t:4:1: unknown key 'memmories'; did you mean 'memories'?");
  CHECK(technology_fault(all + "arithmetic:\n  - {operation: add, numbers: fixed, bits: 8, energy: 0 pJ}\n")
            .ends_with("energy must be greater than 0"));
  CHECK(technology_fault(all + "memories:\n  - {kind: sram, width: 64 bit, area: 1 um2}\n")
            .ends_with("the key 'capacity' is missing here"));
  CHECK(technology_fault(all +
                         "memories:\n  - {kind: a, capacity: 8 B, width: 1 bit, read: 1 pJ}\n  - {kind: a, capacity: 8 "
                         "B, width: 1 bit, read: 1 pJ}\n")
            .ends_with("the sizes of a at one node ascend"));
  CHECK(technology_fault(all + "nodes:\n  - {node: 5000 nm}\n").find("the key 'supply_source' is missing") !=
        std::string::npos);
  CHECK(technology_fault("basis: published\nsource: a\nnode: 0.2 nm\nwires:\n  - {length: 1 mm}\n")
            .ends_with("node must be from 1 nm to 1000 nm"));
}

TEST_CASE("every value of an accelerator that comes along says where it comes from, and at which node it is") {
  for (const std::string& name : built_in_accelerators()) {
    CAPTURE(name);
    const std::string path = in_repository("accelerators/" + name + ".yaml");
    const YamlNode file = read_yaml(path);
    const bool says_for_all = file.find("basis") != nullptr && file.find("source") != nullptr;
    std::vector<std::string> found;
    find_quantities(file, "machine", found);
    for (const std::string& place : found) {
      CAPTURE(place);
      CHECK(says_for_all);
    }
    CHECK(read_accelerator(path).node_nm > 0);
  }
}

namespace {

constexpr const char* own_memory =
    "node: 28 nm\nbasis: measured\nsource: my chip\nmemories:\n"
    "  - {kind: sram, capacity: 64 KiB, width: 64 bit, read: 7 pJ, write: 8 pJ}\n";

/// A machine at 28 nm whose buffer's costs are open.
std::string open_array(const std::string& top = "") {
  return "name: m\ntechnology: 28 nm\n" + top +
         "compute: {bits: 16, energy: 1 pJ}\nstages:\n  - {level: DRAM, kind: hbm}\n"
         "  - {level: buffer, kind: sram, capacity: 64 KiB, word: 64 bit}\n";
}

}  // namespace

TEST_CASE("a technology file of one's own stands in the place of what it says, and of nothing else") {
  Technology own = technology();
  override_technology(own, parse_yaml(own_memory, "own.yaml"));
  CHECK(find_table(own, "sram", "read")->points.size() == 1);
  CHECK(find_table(own, "sram", "area")->points == find_table(technology(), "sram", "area")->points);
  CHECK(find_table(own, "hbm", "read")->points == find_table(technology(), "hbm", "read")->points);
  CHECK(own.nodes == technology().nodes);
  CHECK(own.wires == technology().wires);
}

TEST_CASE("of one's own and our areas of a kind of memory one's own count, in either form") {
  const std::string top = "node: 65 nm\nbasis: measured\nsource: my chip\n";
  Technology points = technology();
  override_technology(points,
                      parse_yaml(top + "memories:\n  - {kind: sram, capacity: 8 KiB, area: 9 um2}\n", "o.yaml"));
  CHECK(find_storage(points, "sram") == nullptr);
  CHECK(find_storage(points, "register_file") != nullptr);
  Technology storage = technology();
  override_technology(storage,
                      parse_yaml(top + "kinds: [sram]\nstorage:\n  - {bytes: 8, per_byte: 5 um2}\n", "o.yaml"));
  CHECK(find_table(storage, "sram", "area") == nullptr);
  CHECK(find_storage(storage, "sram")->name == "o");
  CHECK(storage_named(storage, YamlNode({}, "storage_65nm")).points.size() > 1);
}

TEST_CASE("a machine names a technology file beside it, and one given by hand comes later") {
  const TemporaryFolder folder;
  folder.file("own.yaml", own_memory);
  const std::string machine = folder.file("m.yaml", open_array("technology_file: own.yaml\n"));
  const auto buffer = [](const Accelerator& m) { return std::get<Level>(m.stages[1]); };
  const Accelerator beside = read_accelerator(machine);
  CHECK(buffer(beside).read == 7.0_pJ);
  CHECK(beside.provenance.at("buffer read").source == "my chip");
  const std::string later =
      folder.file("later.yaml", std::string(own_memory).replace(std::string(own_memory).find("7 pJ"), 4, "9 pJ"));
  CHECK(buffer(read_accelerator(machine, {.technologies = {later}})).read == 9.0_pJ);
  CHECK(buffer(read_accelerator(folder.file("plain.yaml", open_array()), {.technologies = {later}})).write == 8.0_pJ);
}

TEST_CASE("a technology file that says nothing, or not where a value comes from, is refused") {
  Technology own = technology();
  CHECK_THROWS_WITH_AS(override_technology(own, parse_yaml("title: nothing", "o.yaml")),
                       "o.yaml:1:1: no technology; it has 'arithmetic', 'memories', 'wires', 'nodes' or 'storage'",
                       InputError);
  CHECK_THROWS_AS(override_technology(own, parse_yaml("node: 28 nm\nmemories:\n  - {kind: sram}\n", "o.yaml")),
                  InputError);
  CHECK(own == technology());
}

}  // namespace pj
