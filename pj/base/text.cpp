#include "pj/base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "pj/base/error.hpp"

namespace pj {

namespace {

std::string with_decimals(double number, int decimals) {
  std::array<char, 400> buffer{};
  const auto [end, fault] =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::fixed, decimals);
  return fault == std::errc{} ? std::string(buffer.data(), end) : std::to_string(number);
}

/// The power of ten of the first digit once a finite number other than 0 is rounded to `digits` digits: 9.99 is 10.
int exponent_of(double number, int digits) {
  std::array<char, 400> buffer{};
  const auto written =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::scientific, digits - 1);
  const char* mark = std::find(buffer.data(), written.ptr, 'e');
  const int sign = mark[1] == '-' ? -1 : 1;
  int exponent = 0;
  std::from_chars(mark + 2, written.ptr, exponent);
  return sign * exponent;
}

/// Groups the digits before the decimal point of a plain decimal number.
std::string group_digits(const std::string& plain) {
  const std::size_t start = plain.starts_with('-') ? 1 : 0;
  const std::size_t point = std::min(plain.find('.'), plain.size());
  std::string text = plain.substr(0, start);
  for (std::size_t i = start; i < point; ++i) {
    if (i > start && (point - i) % 3 == 0) {
      text += ',';
    }
    text += plain[i];
  }
  return text + plain.substr(point);
}

/// Levenshtein distance in which swapping two neighbours counts one step (Damerau 1964).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::string grouped(std::int64_t number) {
  return group_digits(std::to_string(number));
}

std::string magnitude(double count) {
  constexpr double most = 1e7;
  if (!std::isfinite(count) || count < most) {
    return std::isfinite(count) ? grouped(static_cast<std::int64_t>(count)) : std::to_string(count);
  }
  const int exponent = exponent_of(count, 3);
  return significant(count / std::pow(10.0, exponent), 3) + "·10^" + std::to_string(exponent);
}

std::string counted(std::int64_t count, std::string_view one, std::string_view many) {
  const std::string noun = count == 1 || many.empty() ? std::string(one) : std::string(many);
  return std::to_string(count) + " " + noun + (count != 1 && many.empty() ? "s" : "");
}

std::string significant(double number, int digits) {
  if (!std::isfinite(number) || number == 0.0) {
    return number == 0.0 ? "0" : std::to_string(number);
  }
  return group_digits(with_decimals(number, std::max(0, digits - 1 - exponent_of(number, digits))));
}

std::string percent(double share) {
  return significant(100.0 * share) + " %";
}

std::string exact(double number) {
  std::array<char, 64> buffer{};
  const auto [end, fault] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
  return fault == std::errc{} ? std::string(buffer.data(), end) : std::to_string(number);
}

std::string scaled(double number, std::string_view unit, int digits) {
  static constexpr std::array prefixes{"f", "p", "n", "µ", "m", "", "k", "M", "G", "T", "P"};
  constexpr int none = 5;
  if (!std::isfinite(number) || number == 0.0) {
    return significant(number) + " " + std::string(unit);
  }
  const double magnitude = std::floor(exponent_of(number, digits) / 3.0);
  const int step = std::clamp(static_cast<int>(magnitude), -none, static_cast<int>(prefixes.size()) - 1 - none);
  return significant(number / std::pow(1000.0, step), digits) + " " + prefixes[static_cast<std::size_t>(step + none)] +
         std::string(unit);
}

std::string binary_size(std::int64_t bits) {
  static constexpr std::array units{" B", " KiB", " MiB", " GiB", " TiB"};
  if (bits % 8 != 0) {
    return grouped(bits) + " bit";
  }
  double size = static_cast<double>(bits / 8);
  std::size_t unit = 0;
  while (size >= 1024.0 && unit + 1 < units.size()) {
    size /= 1024.0;
    ++unit;
  }
  return (size == std::floor(size) ? grouped(static_cast<std::int64_t>(size)) : significant(size)) + units[unit];
}

std::string nearest(std::string_view word, std::span<const std::string> known) {
  std::string best;
  std::size_t least = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string& candidate : known) {
    if (candidate.size() > word.size() + least || word.size() > candidate.size() + least) {
      continue;
    }
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string> known) {
  constexpr std::size_t most = 20;
  const std::string near = nearest(word.substr(0, 200), known);
  if (!near.empty()) {
    return "; did you mean '" + near + "'?";
  }
  const std::string rest = known.size() > most ? " and " + std::to_string(known.size() - most) + " more" : "";
  return "; known: " + join(known.subspan(0, std::min(most, known.size())), ", ") + rest;
}

std::string join(std::span<const std::string> parts, std::string_view separator) {
  std::string text;
  for (const std::string& part : parts) {
    text += (&part == parts.data() ? "" : std::string(separator)) + part;
  }
  return text;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (end != std::string_view::npos && text.empty()) {
      parts.emplace_back();
    }
  }
  return parts;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::int64_t parse_integer(std::string_view text, std::string_view what) {
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault == std::errc::result_out_of_range) {
    throw InputError(std::string(what) + " '" + std::string(text) + "' is too large; the limit is 2^63 - 1");
  }
  if (fault != std::errc{} || end != text.data() + text.size()) {
    throw InputError(std::string(what) + " '" + std::string(text) + "' is not a whole number");
  }
  return number;
}

double parse_decimal(std::string_view text, std::string_view what) {
  double number = 0.0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc{} || end != text.data() + text.size() || !std::isfinite(number)) {
    throw InputError(std::string(what) + " '" + std::string(text) + "' is not a number");
  }
  return number;
}

std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string csv_line(std::span<const std::string> fields) {
  std::string line;
  for (const std::string& field : fields) {
    line += &field == fields.data() ? "" : ",";
    if (field.find_first_of(",\"\r\n") == std::string::npos) {
      line += field;
      continue;
    }
    line += '"';
    for (const char c : field) {
      line += c == '"' ? "\"\"" : std::string(1, c);
    }
    line += '"';
  }
  return line;
}

Table::Table(std::vector<std::string> header) : rows_{std::move(header)}, left_(rows_.front().size(), false) {
  left_.front() = true;
}

void Table::add(std::vector<std::string> row) {
  ensure(row.size() == left_.size(), "a row has as many cells as the header");
  rows_.push_back(std::move(row));
}

void Table::rule() {
  rules_.push_back(rows_.size());
}

void Table::left(std::size_t column) {
  left_.at(column) = true;
}

std::string Table::text() const {
  std::vector<std::size_t> widths(left_.size(), 0);
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(row[i]));
    }
  }
  const std::size_t total = std::accumulate(widths.begin(), widths.end(), 2 * (widths.size() - 1));
  std::string rule;
  for (std::size_t i = 0; i < total; ++i) {
    rule += "─";
  }
  std::string text;
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    if (r == 1 || std::find(rules_.begin(), rules_.end(), r) != rules_.end()) {
      text += rule + "\n";
    }
    std::string line;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const std::string blanks(widths[i] - display_width(rows_[r][i]), ' ');
      line += (i == 0 ? "" : "  ") + (left_[i] ? rows_[r][i] + blanks : blanks + rows_[r][i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace pj
