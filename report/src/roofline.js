// The roofline (Williams, Waterman and Patterson 2009) of the outermost level, with a point for each layer.
import { chart } from "./chart.js";
import { section } from "./dom.js";
import { colour, greatest, least, texts, ticks } from "./encoding.js";
import { scaled, significant } from "./format.js";
import { bandwidth, stageVariable, timeOf } from "./model.js";

/** Of one layer: multiply-accumulates for each byte moved to and from the outermost level, and those in a second. */
function pointOf(layer, machine) {
  const bytes = layer.outermost_bits / 8;
  const bound = timeOf(layer, machine);
  return {
    name: layer.title,
    intensity: layer.macs / bytes,
    rate: layer.macs / bound.all,
    bound: bound.bound,
    layer,
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
  if (ridge === null)
    return [
      { intensity: low, rate: peak },
      { intensity: high, rate: peak },
    ];
  return [
    { intensity: low, rate: Math.min(peak, low * bytesPerSecond) },
    { intensity: ridge, rate: peak },
    { intensity: high, rate: peak },
  ].sort((a, b) => a.intensity - b.intensity);
}

/** Names beside points, less those that would lie on one another. */
function labelled(points, xOf, yOf) {
  const taken = [];
  return points.filter((point) => {
    const [x, y, width] = [xOf(point), yOf(point), 8 + 7 * point.name.length];
    const isFree = taken.every((each) => Math.abs(each.y - y) > 14 || x + width < each.x || each.x + each.width < x);
    if (isFree) taken.push({ x, y, width });
    return isFree;
  });
}

const logarithmic = (low, high, size) => (value) => (Math.log(value / low) / Math.log(high / low)) * size;

const height = 320;

/** The two logarithmic axes, wide enough for the points and for the ridge. */
function frameOf(points, machine, limit) {
  const intensities = [...points.map((point) => point.intensity), ...(limit.ridge === null ? [] : [limit.ridge])];
  const rates = points.map((point) => point.rate);
  const [low, high] = [least(intensities) / 2, greatest(intensities) * 3];
  const [bottom, top] = [least(rates) / 2, Math.max(greatest(rates), limit.peak) * 2];
  const axis = (field, title, from, to) => ({
    field,
    type: "quantitative",
    scale: { type: "log", domain: [from, to], nice: false },
    axis: { title, format: "~s", values: ticks(from, to) },
  });
  return {
    low,
    high,
    x: axis("intensity", `MACs for each byte of ${machine.stages[0].name}`, low, high),
    y: axis("rate", "MAC/s", bottom, top),
    places: (width) => [logarithmic(low, high, width - 60), logarithmic(bottom, top, height)],
  };
}

function pointLayer(values, { x, y }, machine, theme) {
  const bounds = [...new Set(values.map((point) => point.bound))];
  const variables = bounds.map((name) => stageVariable(machine, name));
  return {
    data: { values },
    mark: { type: "point", filled: true, size: 90, opacity: 0.9, stroke: theme.paper, strokeWidth: 0.7 },
    encoding: {
      x,
      y,
      color: colour("bound", bounds, variables, "bound by"),
      tooltip: texts([
        ["name", "layer"],
        ["intensityText", "intensity"],
        ["rateText", "reached"],
        ["bound", "bound by"],
      ]),
    },
  };
}

function spec(points, machine) {
  const limit = roof(machine);
  const frame = frameOf(points, machine, limit);
  const { x, y } = frame;
  const shown = points.map(({ layer: _, ...point }) => ({
    ...point,
    intensityText: `${significant(point.intensity)} MAC/byte`,
    rateText: scaled(point.rate, "MAC/s"),
  }));
  return (theme, width) => {
    const [xOf, yOf] = frame.places(width);
    const names = labelled(
      shown,
      (point) => xOf(point.intensity),
      (point) => yOf(point.rate),
    );
    const line = { type: "line", color: theme.soft, strokeWidth: 1.5, clip: true };
    const name = { type: "text", align: "left", dx: 8, dy: -6, color: theme.soft, fontSize: 11 };
    return {
      marks: points.length,
      height,
      layer: [
        { data: { values: lines(limit, frame.low, frame.high) }, mark: line, encoding: { x, y } },
        pointLayer(shown, frame, machine, theme),
        { data: { values: names }, mark: name, encoding: { x, y, text: { field: "name" } } },
      ],
    };
  };
}

export function rooflineSection(layers, machine) {
  const points = layers
    .filter((layer) => layer.macs > 0 && layer.outermost_bits > 0)
    .map((layer) => pointOf(layer, machine));
  if (points.length === 0) return null;
  const { peak, bytesPerSecond, ridge } = roof(machine);
  const level = machine.stages[0].name;
  const caption =
    bytesPerSecond === null
      ? `Roof: ${scaled(peak, "MAC/s")}; the bandwidth of ${level} is without limit`
      : `Roof: ${scaled(peak, "MAC/s")} and ${scaled(bytesPerSecond, "B/s")} of ${level}, which meet at ${significant(ridge)} MAC/byte`;
  return section(
    "Roofline",
    chart({
      caption,
      label: `Roofline of ${machine.title} with ${points.length} layers`,
      spec: spec(points, machine),
      data: () => ({
        columns: [
          { title: "layer", value: (row) => row.name },
          { title: "intensity (MAC/byte)", unit: "", value: (row) => row.intensity },
          { title: "reached", unit: "MAC/s", value: (row) => row.rate },
          {
            title: "attainable",
            unit: "MAC/s",
            value: (row) => Math.min(peak, bytesPerSecond === null ? peak : row.intensity * bytesPerSecond),
          },
          { title: "bound by", value: (row) => row.bound },
        ],
        rows: points,
      }),
    }),
  );
}
