#include "pj/study/page_text.hpp"

#include <cmath>

#include "pj/base/text.hpp"

namespace pj {

namespace {

constexpr int digits_on_page = 4;

}  // namespace

std::string table_line(const std::vector<std::string>& cells) {
  return "| " + join(cells, " | ") + " |\n";
}

std::string table_head(const std::vector<std::string>& cells) {
  std::string rule = "|---|";
  for (std::size_t column = 1; column < cells.size(); ++column) {
    rule += "---:|";
  }
  return table_line(cells) + rule + "\n";
}

std::string page_number(double value) {
  const bool whole = value == std::floor(value) && value < 1e6;
  return whole ? grouped(static_cast<std::int64_t>(value)) : significant(value, digits_on_page);
}

std::string page_percent(double share) {
  const double tenths = std::round(share * 1000.0) / 10.0;
  return tenths == 0.0 ? "0" : significant(tenths, tenths < 1.0 ? 1 : tenths < 10.0 ? 2 : 3) + " %";
}

std::string signed_page_percent(double share) {
  const std::string text = page_percent(std::abs(share));
  return text == "0" ? text : (share < 0.0 ? "−" : "+") + text;
}

}  // namespace pj
