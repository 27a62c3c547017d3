import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, column, count, energy, grouped, percent, scaled, significant } from "../src/format.js";

test("numbers keep their significant digits and no exponent", () => {
  assert.deepEqual(
    [0, 0.0123456, 12.3456, 1234.5, 999.9, -4.2].map((number) => significant(number)),
    ["0", "0.0123", "12.3", "1,235", "1,000", "−4.20"],
  );
  assert.equal(significant(3.21e-9), "3.21·10⁻⁹");
});

test("quantities have the prefix that leaves them between 1 and 1,000", () => {
  assert.deepEqual([1, 999.4, 1e3, 2.8e10, 0].map(energy), ["1.00 pJ", "999 pJ", "1.00 nJ", "28.0 mJ", "0 J"]);
  assert.equal(scaled(999.7e-6, "s"), "1.00 ms", "999.7 µs would round to 1,000 µs");
  assert.equal(scaled(null, "J"), "–");
});

test("sizes have binary prefixes, and bits where they are no whole bytes", () => {
  assert.deepEqual([8, 192, 8 * 1536, 9, null].map(bytes), ["1.00 B", "24.0 B", "1.50 KiB", "9 bit", "without limit"]);
});

test("counts are exact while they are small", () => {
  assert.deepEqual([11, 8853, 183189].map(count), ["11", "8,853", "183 k"]);
  assert.equal(grouped(724406816), "724,406,816");
  assert.equal(percent(0.00697), "0.697 %");
});

test("the numbers of a column have one unit, and their points lie one below the other", () => {
  const { texts, unit } = column([1.2e-3, 13.3e-3, 0.9e-3, 0.157], "J");
  assert.equal(unit, "mJ");
  assert.deepEqual(texts, ["1.20\u2007", "13.3\u2007\u2007", "0.900", "157\u2008\u2007\u2007\u2007"]);
});

test("every number of any size comes back from its text", () => {
  let state = 1;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  for (let i = 0; i < 2000; i += 1) {
    const number = 10 ** (random() * 30 - 15);
    const [digits, unit = ""] = scaled(number, "", 4).split(" ");
    const factor = {
      E: 1e18,
      P: 1e15,
      T: 1e12,
      G: 1e9,
      M: 1e6,
      k: 1e3,
      "": 1,
      m: 1e-3,
      µ: 1e-6,
      n: 1e-9,
      p: 1e-12,
      f: 1e-15,
    }[unit];
    const read = Number(digits.replaceAll(",", "")) * factor;
    assert.ok(Math.abs(read / number - 1) < 1e-3, `${number} became ${digits} ${unit}`);
  }
});
