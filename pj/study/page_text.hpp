#pragma once

#include <string>
#include <vector>

namespace pj {

/// A line of a table in Markdown; and its head, the first column to the left, the others to the right.
std::string table_line(const std::vector<std::string>& cells);
std::string table_head(const std::vector<std::string>& cells);

/// A number with four digits, `1,234` where it is whole.
std::string page_number(double value);

/// In tenths of a percent, `0.3 %`; with its sign, `−0.3 %`.
std::string page_percent(double share);
std::string signed_page_percent(double share);

}  // namespace pj
