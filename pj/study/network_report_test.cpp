#include "pj/study/network_report.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "pj/base/text.hpp"

namespace pj {

TEST_CASE("a network with no layers has empty tables") {
  NetworkBuilder builder("wire");
  const Network wire = builder.finish({builder.input("x", {1, 3})});
  CHECK(network_table(wire, statistics(wire)).starts_with("wire: x 1×3 → x 1×3\n"));
  CHECK(network_csv(wire, statistics(wire)).find('\n') + 1 == network_csv(wire, statistics(wire)).size());
  CHECK(network_json(wire, statistics(wire)).find("\"layers\": []") != std::string::npos);
}

TEST_CASE("every network of the zoo has one CSV line a layer, each with as many fields as the header") {
  for (const ZooEntry& entry : zoo()) {
    CAPTURE(entry.name);
    const Network network = zoo_network(entry.name);
    const NetworkStatistics counts = statistics(network);
    const std::vector<std::string> lines = split(network_csv(network, counts), '\n');
    CHECK(lines.size() == counts.layers.size() + 2);  // the header, and nothing behind the last line end
    for (std::size_t i = 1; i + 1 < lines.size(); ++i) {
      CHECK(std::ranges::count(lines[i], ',') == std::ranges::count(lines[0], ','));
    }
  }
}

TEST_CASE("names that are no UTF-8 do not stop the JSON") {
  NetworkBuilder builder("\xff\xfe");
  const Network odd = builder.finish({builder.input("\x80", {1})});
  CHECK(network_json(odd, statistics(odd)).find("\"network\": \"\xef\xbf\xbd") != std::string::npos);
}

TEST_CASE("the zoo's table names the first author and the venue") {
  const std::vector<ZooRow> rows{{{"a", "A", "Kim, Lee: Title, with a comma, ICLR 2015; remark"}, {1, 3}, 1, 2, 3},
                                 {{"b", "B", "Chollet: Xception, CVPR 2017"}, {1, 3}, 1, 2, 3},
                                 {{"c", "C", "somebody"}, {1, 3}, 1, 2, 3}};
  const std::string table = zoo_table(rows);
  CHECK(table.find("  Kim et al., ICLR 2015\n") != std::string::npos);
  CHECK(table.find("  Chollet, CVPR 2017\n") != std::string::npos);
  CHECK(table.find("  somebody\n") != std::string::npos);
}

}  // namespace pj
