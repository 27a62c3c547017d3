// The roofline (Williams, Waterman and Patterson 2009) of the outermost level, with a point for each layer.
import { chart } from "./chart.js";
import { section } from "./dom.js";
import { scaled, significant } from "./format.js";
import { bandwidth, stageVariable, timeOf } from "./model.js";

/** Of one layer: multiply-accumulates for each byte moved to and from the outermost level, and those in a second. */
function pointOf(layer, machine) {
  const bytes = layer.outermost_bits / 8;
  const bound = timeOf(layer, machine);
  return {
    name: layer.title, intensity: layer.macs / bytes, rate: layer.macs / bound.all, bound: bound.bound, layer,
  };
}

/** The roof at an intensity: the bandwidth's slope, cut off by the compute units. */
function roof(machine) {
  const bits = bandwidth(machine.stages[0]);
  const peak = machine.units * machine.clock_Hz;
  const bytesPerSecond = bits === null ? null : (bits / 8) * machine.clock_Hz;
  return { peak, bytesPerSecond, ridge: bytesPerSecond === null ? null : peak / bytesPerSecond };
}

function lines({ peak, bytesPerSecond, ridge }, low, high) {
  if (ridge === null) return [{ intensity: low, rate: peak }, { intensity: high, rate: peak }];
  return [{ intensity: low, rate: Math.min(peak, low * bytesPerSecond) }, { intensity: ridge, rate: peak },
    { intensity: high, rate: peak }].sort((a, b) => a.intensity - b.intensity);
}

function spec(points, machine) {
  return (theme) => {
    const limit = roof(machine);
    const known = [...points.map((point) => point.intensity), ...(limit.ridge === null ? [] : [limit.ridge])];
    const low = Math.min(...known) / 2;
    const high = Math.max(...known) * 3;
    const bounds = [...new Set(points.map((point) => point.bound))];
    const style = getComputedStyle(document.documentElement);
    const x = { field: "intensity", type: "quantitative", scale: { type: "log", domain: [low, high], nice: false },
      axis: { title: `MACs for each byte of ${machine.stages[0].name}`, format: "~s", tickCount: 6 } };
    const y = { field: "rate", type: "quantitative", scale: { type: "log" },
      axis: { title: "MAC/s", format: "~s", tickCount: 5 } };
    const shown = points.map(({ layer: _, ...point }) => ({
      ...point, intensityText: `${significant(point.intensity)} MAC/byte`, rateText: scaled(point.rate, "MAC/s"),
    }));
    return {
      marks: points.length,
      height: 320,
      layer: [
        { data: { values: lines(limit, low, high) }, mark: { type: "line", color: theme.soft, strokeWidth: 1.5 },
          encoding: { x, y } },
        { data: { values: shown },
          mark: { type: "point", filled: true, size: 90, opacity: 0.9, stroke: theme.paper, strokeWidth: 0.7 },
          encoding: { x, y,
            color: { field: "bound", type: "nominal", title: "bound by", legend: { orient: "top", titleOrient: "left" },
              scale: { domain: bounds, range: bounds.map((name) => style.getPropertyValue(stageVariable(machine, name)).trim()) } },
            tooltip: [{ field: "name", title: "layer" }, { field: "intensityText", title: "intensity" },
              { field: "rateText", title: "reached" }, { field: "bound", title: "bound by" }] } },
        ...(points.length > 24 ? [] : [{ data: { values: shown },
          mark: { type: "text", align: "left", dx: 8, dy: -6, color: theme.soft, fontSize: 11 },
          encoding: { x, y, text: { field: "name" } } }]),
      ],
    };
  };
}

export function rooflineSection(layers, machine) {
  const points = layers.filter((layer) => layer.macs > 0 && layer.outermost_bits > 0)
    .map((layer) => pointOf(layer, machine));
  if (points.length === 0) return null;
  const { peak, bytesPerSecond, ridge } = roof(machine);
  const level = machine.stages[0].name;
  const caption = bytesPerSecond === null
    ? `Roof: ${scaled(peak, "MAC/s")}; the bandwidth of ${level} is without limit`
    : `Roof: ${scaled(peak, "MAC/s")} and ${scaled(bytesPerSecond, "B/s")} of ${level}, which meet at ${significant(ridge)} MAC/byte`;
  return section("Roofline", chart({
    caption, label: `Roofline of ${machine.title} with ${points.length} layers`,
    spec: spec(points, machine),
    data: () => ({
      columns: [{ title: "layer", value: (row) => row.name },
        { title: "intensity (MAC/byte)", unit: "", value: (row) => row.intensity },
        { title: "reached", unit: "MAC/s", value: (row) => row.rate },
        { title: "attainable", unit: "MAC/s",
          value: (row) => Math.min(peak, bytesPerSecond === null ? peak : row.intensity * bytesPerSecond) },
        { title: "bound by", value: (row) => row.bound }],
      rows: points,
    }),
  }));
}
