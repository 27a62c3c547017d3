// Numbers as engineers read them. Quantities come in the units of the JSON (pJ, s, bits …) and leave with an SI prefix.

const prefixes = [
  [1e18, "E"],
  [1e15, "P"],
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
  [1, ""],
  [1e-3, "m"],
  [1e-6, "µ"],
  [1e-9, "n"],
  [1e-12, "p"],
  [1e-15, "f"],
  [1e-18, "a"],
];

const minus = (text) => text.replace("-", "−");

/** 1234567 as 1,234,567. */
export function grouped(number) {
  return minus(Math.round(number).toLocaleString("en-US"));
}

/** So many significant digits and no exponent: 0.0123, 12.3, 1,230. */
export function significant(number, digits = 3) {
  if (number === 0) return "0";
  if (!Number.isFinite(number)) return String(number);
  const size = Math.abs(number);
  if (size >= 10 ** digits) return grouped(number);
  if (size < 1e-6) {
    const [mantissa, exponent] = number.toExponential(digits - 1).split("e");
    return `${minus(mantissa)}·10${superscript(Number(exponent))}`;
  }
  const rounded = Number(size.toPrecision(digits));
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(rounded)));
  return decimals === 0 ? grouped(number) : minus(number.toFixed(decimals));
}

function superscript(number) {
  return String(number).replace(/[-0-9]/g, (sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]);
}

/** The prefix that leaves the number between 1 and 1,000. */
export function prefixOf(number) {
  const size = Math.abs(number);
  if (size === 0 || !Number.isFinite(size)) return [1, ""];
  return prefixes.find(([factor]) => size >= factor * 0.9995) ?? prefixes.at(-1);
}

/** 0.00123 and "J" as 1.23 mJ. */
export function scaled(number, unit, digits = 3) {
  if (number === null || number === undefined) return "–";
  const [factor, prefix] = prefixOf(number);
  return `${significant(number / factor, digits)} ${prefix}${unit}`.trim();
}

export const energy = (picojoules) => scaled(picojoules * 1e-12, "J");
export const time = (seconds) => scaled(seconds, "s");
export const percent = (share, digits = 3) => `${significant(share * 100, digits)} %`;

/** A size in bits as bytes with binary prefixes, or bits where it is no whole byte. */
export function bytes(bits) {
  if (bits === null || bits === undefined) return "without limit";
  if (bits % 8 !== 0) return `${grouped(bits)} bit`;
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let size = bits / 8;
  let unit = 0;
  while (size >= 1024 && unit + 1 < units.length) {
    size /= 1024;
    unit += 1;
  }
  return `${significant(size)} ${units[unit]}`;
}

/** A count of words: exact below ten thousand, with a prefix above. */
export function count(number) {
  if (Math.abs(number) >= 1e4) return scaled(number, "");
  return Number.isInteger(number) ? grouped(number) : significant(number, 4);
}

/** 1 layer, 3 layers. */
export function counted(number, one, many = `${one}s`) {
  return `${grouped(number)} ${number === 1 ? one : many}`;
}

/**
 * The texts of a column of numbers, in one unit and with their points one below the other: figure spaces stand for the
 * digits that are missing behind the point. Returns the texts and the unit with its prefix.
 */
export function column(numbers, unit, digits = 3) {
  const known = numbers.filter((number) => typeof number === "number" && Number.isFinite(number));
  const [factor, prefix] = unit === "%" ? [0.01, ""] : unit ? prefixOf(middle(known)) : [1, ""];
  const whole = !unit && known.every(Number.isInteger);
  const texts = numbers.map((number) => {
    if (typeof number !== "number") return "–";
    return whole ? grouped(number) : significant(number / factor, digits);
  });
  const behind = texts.map((text) => (/^[−\d,]+\.(\d+)$/.exec(text)?.[1] ?? "").length);
  const most = Math.max(0, ...behind);
  const padded = texts.map((text, i) => {
    if (!/\d$/.test(text) || most === behind[i]) return text;
    return text + (behind[i] === 0 ? "\u2008" : "") + "\u2007".repeat(most - behind[i]);
  });
  return { texts: padded, unit: prefix + unit };
}

/** The typical size of some numbers: the middle one of those that are not 0. */
function middle(numbers) {
  const sizes = numbers
    .map(Math.abs)
    .filter((size) => size > 0)
    .sort((a, b) => a - b);
  return sizes.length ? sizes[Math.floor(sizes.length / 2)] : 0;
}
