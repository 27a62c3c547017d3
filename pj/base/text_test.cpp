#include "pj/base/text.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "pj/base/error.hpp"

namespace pj {

TEST_CASE("a count beyond all bounds is a power of ten") {
  CHECK(magnitude(1234.0) == "1,234");
  CHECK(magnitude(9999999.0) == "9,999,999");
  CHECK(magnitude(1e7) == "1.00·10^7");
  CHECK(magnitude(3.2149e24) == "3.21·10^24");
  CHECK(magnitude(9.999e24) == "1.00·10^25");
  CHECK(magnitude(std::numeric_limits<double>::infinity()) == "inf");
}

TEST_CASE("a noun follows its count into the plural") {
  CHECK(counted(1, "row") == "1 row");
  CHECK(counted(0, "row") == "0 rows");
  CHECK(counted(2, "axis", "axes") == "2 axes");
  CHECK(counted(1, "axis", "axes") == "1 axis");
}

TEST_CASE("large numbers are grouped by thousands") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1234567) == "1,234,567");
  CHECK(grouped(-1234) == "-1,234");
  CHECK(grouped(-123) == "-123");
  CHECK(grouped(std::numeric_limits<std::int64_t>::min()) == "-9,223,372,036,854,775,808");
}

TEST_CASE("significant digits are kept whatever the magnitude") {
  CHECK(significant(0.0) == "0");
  CHECK(significant(0.0123456) == "0.0123");
  CHECK(significant(1.0) == "1.00");
  CHECK(significant(12.345) == "12.3");
  CHECK(significant(123.45) == "123");
  CHECK(significant(-1234.5, 6) == "-1,234.50");
  CHECK(significant(1e21) == "1,000,000,000,000,000,000,000");
}

TEST_CASE("rounding up to the next power of ten keeps the digits") {
  CHECK(significant(9.999) == "10.0");
  CHECK(significant(0.09999) == "0.100");
  CHECK(significant(99.96) == "100");
}

TEST_CASE("a number that is not finite is shown as what it is") {
  CHECK(significant(std::numeric_limits<double>::infinity()) == "inf");
  CHECK(significant(-std::numeric_limits<double>::infinity()) == "-inf");
  CHECK(significant(std::numeric_limits<double>::quiet_NaN()) == "nan");
  CHECK(scaled(std::numeric_limits<double>::infinity(), "J") == "inf J");
}

TEST_CASE("a scaled quantity takes the prefix that leaves one to three digits") {
  CHECK(scaled(0.0, "J") == "0 J");
  CHECK(scaled(1.0, "J") == "1.00 J");
  CHECK(scaled(0.00123, "J") == "1.23 mJ");
  CHECK(scaled(4.5e-12, "J") == "4.50 pJ");
  CHECK(scaled(2.5e-6, "s", 2) == "2.5 µs");
  CHECK(scaled(-1500.0, "W") == "-1.50 kW");
  CHECK(scaled(1e9, "MAC") == "1.00 GMAC");
}

TEST_CASE("a scaled quantity that rounds up to a thousand takes the next prefix") {
  CHECK(scaled(999.4, "J") == "999 J");
  CHECK(scaled(999.9, "J") == "1.00 kJ");
  CHECK(scaled(0.9999, "J") == "1.00 J");
}

TEST_CASE("a quantity beyond the prefixes keeps the outermost one") {
  CHECK(scaled(1e20, "J") == "100,000 PJ");
  CHECK(scaled(1e-18, "J") == "0.00100 fJ");
}

TEST_CASE("a file size is whole where it can be") {
  CHECK(binary_size(0) == "0 B");
  CHECK(binary_size(8 * 1023) == "1,023 B");
  CHECK(binary_size(8 * 108 * 1024) == "108 KiB");
  CHECK(binary_size(8 * 2560 * 1024) == "2.50 MiB");
  CHECK(binary_size(3) == "3 bit");
  CHECK(binary_size(std::int64_t{8} << 50) == "1,024 TiB");
}

TEST_CASE("a misspelt word finds the word that was meant") {
  const std::vector<std::string> known{"Input", "Weight", "Output"};
  CHECK(nearest("Ouptut", known) == "Output");
  CHECK(nearest("Weigh", known) == "Weight");
  CHECK(nearest("xyz", known).empty());
  CHECK(nearest("", known).empty());
}

TEST_CASE("a refused word offers the nearest one or all") {
  const std::vector<std::string> known{"alexnet", "vgg16"};
  CHECK(did_you_mean("alexnte", known) == "; did you mean 'alexnet'?");
  CHECK(did_you_mean("resnet50", known) == "; known: alexnet, vgg16");
  CHECK(did_you_mean(std::string(1 << 20, 'x'), known) == "; known: alexnet, vgg16");
}

TEST_CASE("of very many known words the first are offered") {
  const std::vector<std::string> known(30, "long");
  CHECK(did_you_mean("x", known).ends_with("long, long and 10 more"));
}

TEST_CASE("joining undoes splitting") {
  for (const std::string text : {"", "a", "a,b", "a,", ",", ",,b"}) {
    CAPTURE(text);
    CHECK(join(split(text, ','), ",") == text);
  }
  CHECK(split("", ',').empty());
  CHECK(split("a,", ',') == std::vector<std::string>{"a", ""});
}

TEST_CASE("trimming takes blanks from both ends only") {
  CHECK(trimmed(" \ta b\r\n") == "a b");
  CHECK(trimmed("  ").empty());
}

TEST_CASE("only a whole number is read as one") {
  CHECK(parse_integer("-12", "--batch") == -12);
  CHECK_THROWS_WITH_AS(parse_integer("12x", "--batch"), "--batch '12x' is not a whole number", InputError);
  CHECK_THROWS_WITH_AS(parse_integer("", "--batch"), "--batch '' is not a whole number", InputError);
  CHECK_THROWS_WITH_AS(parse_integer("1.5", "--batch"), "--batch '1.5' is not a whole number", InputError);
  CHECK_THROWS_WITH_AS(parse_integer("9223372036854775808", "--batch"),
                       "--batch '9223372036854775808' is too large; the limit is 2^63 - 1", InputError);
}

TEST_CASE("a decimal is read whole, and finite") {
  CHECK(parse_decimal("2", "--time-limit") == 2.0);
  CHECK(parse_decimal("-2.5e-1", "--time-limit") == -0.25);
  for (const std::string wrong : {"", "2s", "two", "inf", "nan", "1e999", " 2"}) {
    const std::string message = "--time-limit '" + wrong + "' is not a number";
    CHECK_THROWS_WITH_AS(parse_decimal(wrong, "--time-limit"), message.c_str(), InputError);
  }
}

TEST_CASE("a table aligns text to the left and numbers to the right") {
  Table table({"layer", "kind", "MACs"});
  table.left(1);
  table.add({"conv1", "convolution", "105,415,200"});
  table.rule();
  table.add({"in all", "", "1"});
  CHECK(table.text() ==
        "layer   kind                MACs\n"
        "────────────────────────────────\n"
        "conv1   convolution  105,415,200\n"
        "────────────────────────────────\n"
        "in all                         1\n");
}

TEST_CASE("a table counts code points and not bytes") {
  Table table({"a", "b"});
  table.add({"3×3", "µ"});
  table.add({"x", "12"});
  CHECK(table.text() == "a     b\n───────\n3×3   µ\nx    12\n");
}

TEST_CASE("a row with the wrong number of cells is our fault") {
  CHECK_THROWS_AS(Table({"a", "b"}).add({"1"}), std::logic_error);
}

TEST_CASE("a CSV field is quoted where it must be") {
  CHECK(csv_line(std::vector<std::string>{"a", "1,5", "say \"x\"", "", "two\nlines"}) ==
        "a,\"1,5\",\"say \"\"x\"\"\",,\"two\nlines\"");
  CHECK(csv_line({}).empty());
}

}  // namespace pj
