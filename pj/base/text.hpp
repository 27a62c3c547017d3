#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pj {

/// `1234567` as `1,234,567`.
std::string grouped(std::int64_t number);

/// A number with the given count of significant digits and no exponent: `0.0123`, `12.3`, `1,230`.
std::string significant(double number, int digits = 3);
/// A share with three significant digits: `12.3 %` for 0.123.
std::string percent(double share);

/// A count that may be beyond all bounds: `1,234` below ten million, else `3.21·10^24`.
std::string magnitude(double count);

/// A count with its noun: `1 row`, `3 rows`, `2 axes`; `many` where an s does not make the plural.
std::string counted(std::int64_t count, std::string_view one, std::string_view many = "");

/// A number with as many digits as tell it apart from all others, for files.
std::string exact(double number);

/// A quantity with its SI prefix and unit: `1.23 mJ` for `scaled(0.00123, "J")`.
std::string scaled(double number, std::string_view unit, int digits = 3);

/// A whole file size: `108 KiB`, `2.5 MiB`, `24 B`; bits that are no whole bytes as `3 bit`.
std::string binary_size(std::int64_t bits);

/// The known word that `word` most likely means, or an empty text where none is near.
std::string nearest(std::string_view word, std::span<const std::string> known);

/// `; did you mean 'X'?` or, where nothing is near, `; known: A, B, C` with the first 20 of them.
std::string did_you_mean(std::string_view word, std::span<const std::string> known);

/// Text parts with a separator between them.
std::string join(std::span<const std::string> parts, std::string_view separator);

/// The parts of `text` between separators; an empty text has no parts.
std::vector<std::string> split(std::string_view text, char separator);

/// `text` without blanks at both ends.
std::string_view trimmed(std::string_view text);

/// The number that the whole of `text` writes; throws `InputError` naming `what` otherwise.
std::int64_t parse_integer(std::string_view text, std::string_view what);

/// The finite number that the whole of `text` writes, with or without a fraction; throws `InputError` naming `what`.
double parse_decimal(std::string_view text, std::string_view what);

/// A table in which columns align: the first column to the left, numbers to the right.
class Table {
 public:
  explicit Table(std::vector<std::string> header);

  void add(std::vector<std::string> row);
  /// A horizontal rule above the next row.
  void rule();
  /// Marks a column as text, aligned to the left.
  void left(std::size_t column);

  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
  std::vector<std::size_t> rules_;
  std::vector<bool> left_;
};

/// The number of terminal columns that UTF-8 `text` takes (each code point counts one).
std::size_t display_width(std::string_view text);

/// One CSV line (RFC 4180) without its line end; fields are quoted where they must be.
std::string csv_line(std::span<const std::string> fields);

}  // namespace pj
