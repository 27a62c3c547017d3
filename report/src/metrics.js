// The metrics of Sze et al. 2017, section VIII, by their keys in the JSON: how people read them (docs/metrics.md).
import { grouped, percent, scaled, significant } from "./format.js";

const plain = { unit: "", factor: 1 };

const table = {
  energy_pJ: ["energy", "J", 1e-12],
  latency_s: ["latency", "s"],
  time_s: ["time", "s"],
  edp_Js: ["energy · delay", "Js"],
  power_W: ["power", "W"],
  area_mm2: ["area", "mm²"],
  inputs_per_s: ["throughput", "inputs/s"],
  ops_per_s: ["operations", "OPS"],
  ops_per_J: ["efficiency", "OPS/W"],
  ops_per_s_per_mm2: ["area efficiency", "OPS/mm²"],
  utilisation: ["utilisation", "%"],
  nonzero_utilisation: ["utilisation, non-zero", "%"],
  pJ_per_input: ["energy an input", "J", 1e-12],
  pJ_per_mac: ["energy a MAC", "J", 1e-12],
  pJ_per_nonzero_mac: ["energy a non-zero MAC", "J", 1e-12],
  off_chip_accesses: ["off-chip accesses", ""],
  off_chip_accesses_per_mac: ["off-chip accesses a MAC", ""],
  off_chip_accesses_per_nonzero_mac: ["off-chip accesses a non-zero MAC", ""],
  off_chip_B_per_s: ["off-chip bandwidth", "B/s"],
  peak_ops_per_s: ["peak", "OPS"],
  units: ["multipliers", ""],
  units_used: ["multipliers with work", ""],
  on_chip_B: ["on-chip storage", "B"],
  on_chip_B_per_unit: ["on-chip storage a multiplier", "B"],
  area_mm2_per_unit: ["area a multiplier", "mm²"],
  ops_per_input: ["operations an input", "op"],
  weights: ["weights", ""],
  nonzero_weights: ["non-zero weights", ""],
  macs: ["MACs", ""],
  nonzero_macs: ["non-zero MACs", ""],
};

/** Square millimetres and inputs take no prefix. */
const prefixed = (unit) => unit !== "" && unit !== "mm²" && unit !== "inputs/s";

/** A metric by its key: { key, title, unit, factor }; one that is not known here stands under its key. */
export function metric(key) {
  if (!(key in table)) return { key, title: key, ...plain };
  const [title, unit, factor = 1] = table[key];
  return { key, title, unit, factor };
}

export const isMetric = (key) => Object.hasOwn(table, key);

/** A value as people read it. */
export function metricText({ unit, factor }, value) {
  if (typeof value !== "number") return "not known";
  if (unit === "%") return percent(value);
  if (prefixed(unit)) return scaled(value * factor, unit);
  const text = Number.isInteger(value) ? grouped(value) : significant(value);
  return unit ? `${text} ${unit}` : text;
}

/** A column of a table with a metric of its rows. */
export function metricColumn(key, valueOf) {
  const one = metric(key);
  const value = (row) => {
    const number = valueOf(row);
    return typeof number === "number" ? number * one.factor : null;
  };
  if (prefixed(one.unit)) return { title: one.title, unit: one.unit, value };
  return {
    title: one.unit && one.unit !== "%" ? `${one.title} (${one.unit})` : one.title,
    unit: one.unit === "%" ? "%" : "",
    value,
  };
}
