// The roofline (Williams, Waterman and Patterson 2009) of the outermost level, with a point for each layer.
import { chart } from "./chart.js";
import { element, section } from "./dom.js";
import { colour, greatest, least, texts, ticks } from "./encoding.js";
import { scaled, significant } from "./format.js";

const height = 320;
const logarithmic = (low, high, size) => (value) => (Math.log(value / low) / Math.log(high / low)) * size;

/** Names beside points, less those that would lie on one another. */
function labelled(points, xOf, yOf) {
  const taken = [];
  return points.filter((point) => {
    const [x, y, width] = [xOf(point.intensity), yOf(point.rate), 8 + 7 * point.name.length];
    const isFree = taken.every((each) => Math.abs(each.y - y) > 14 || x + width < each.x || each.x + each.width < x);
    if (isFree) taken.push({ x, y, width });
    return isFree;
  });
}

/** The corners of the roof: the slope of the bandwidth as far as the ridge, then the peak. */
function corners(roof, peak, low, high) {
  const flat = [low, high].map((intensity) => ({ intensity, rate: peak }));
  if (!roof) return flat;
  const ridge = roof.ridge_macs_per_byte;
  return [{ intensity: low, rate: Math.min(peak, (low / ridge) * peak) }, { intensity: ridge, rate: peak }, flat[1]];
}

/** The two logarithmic axes, wide enough for the points and for the ridge. */
function frameOf(points, { roof, peak, level }) {
  const intensities = [...points.map((point) => point.intensity), ...(roof ? [roof.ridge_macs_per_byte] : [])];
  const [low, high] = [least(intensities) / 2, greatest(intensities) * 3];
  const rates = points.map((point) => point.rate);
  const [bottom, top] = [least(rates) / 2, Math.max(greatest(rates), peak) * 2];
  const axis = (field, title, from, to) => ({
    field,
    type: "quantitative",
    scale: { type: "log", domain: [from, to], nice: false },
    axis: { title, format: "~s", values: ticks(from, to) },
  });
  return {
    line: corners(roof, peak, low, high),
    x: axis("intensity", `MACs for each byte of ${level}`, low, high),
    y: axis("rate", "operations a second (OPS)", bottom, top),
    places: (width) => [logarithmic(low, high, width - 60), logarithmic(bottom, top, height)],
  };
}

function pointLayer(values, { x, y }, variableOf, theme) {
  const bounds = [...new Set(values.map((point) => point.bound))];
  return {
    data: { values },
    mark: { type: "point", filled: true, size: 90, opacity: 0.9, stroke: theme.paper, strokeWidth: 0.7 },
    encoding: {
      x,
      y,
      color: colour("bound", bounds, bounds.map(variableOf), "bound by"),
      tooltip: texts([
        ["name", "layer"],
        ["at", "intensity"],
        ["reached", "reached"],
        ["could", "attainable"],
        ["bound", "bound by"],
      ]),
    },
  };
}

function spec(points, roofs, variableOf) {
  const frame = frameOf(points, roofs);
  const { x, y, line } = frame;
  const shown = points.map((point) => ({
    ...point,
    at: `${significant(point.intensity)} MAC/byte`,
    reached: scaled(point.rate, "OPS"),
    could: scaled(point.attainable, "OPS"),
  }));
  return (theme, width) => {
    const name = { type: "text", align: "left", dx: 8, dy: -6, color: theme.soft, fontSize: 11 };
    const roof = { type: "line", color: theme.soft, strokeWidth: 1.5, clip: true };
    return {
      marks: points.length,
      height,
      layer: [
        { data: { values: line }, mark: roof, encoding: { x, y } },
        pointLayer(shown, frame, variableOf, theme),
        {
          data: { values: labelled(shown, ...frame.places(width)) },
          mark: name,
          encoding: { x, y, text: { field: "name" } },
        },
      ],
    };
  };
}

const columns = [
  { title: "layer", value: (row) => row.name },
  { title: "intensity (MAC/byte)", unit: "", value: (row) => row.intensity },
  { title: "attainable", unit: "OPS", value: (row) => row.attainable },
  { title: "roof", value: (row) => row.roof },
  { title: "reached", unit: "OPS", value: (row) => row.rate },
  { title: "of it", unit: "%", value: (row) => row.rate / row.attainable },
  { title: "bound by", value: (row) => row.bound },
];

/**
 * The chart of a machine's roofs (`peak_ops_per_s`, `roofs`) and layers as the JSON of `roofline` has them; `level` is the
 * outermost one, `variableOf` gives the CSS variable of a level's colour.
 */
export function rooflineChart({ peak_ops_per_s: peak, roofs, layers }, level, variableOf) {
  const points = layers
    .filter((layer) => layer.macs_per_byte > 0 && layer.achieved_ops_per_s > 0)
    .map((layer) => ({
      name: layer.name,
      intensity: layer.macs_per_byte,
      rate: layer.achieved_ops_per_s,
      attainable: layer.attainable_ops_per_s,
      roof: layer.roof,
      bound: layer.bound_by,
    }));
  if (points.length === 0) return element("p", { class: "note" }, "No layer multiplies and moves data.");
  const roof = roofs.find((each) => each.level === level);
  const of = roof
    ? `${scaled(roof.bytes_per_s, "B/s")} of ${level}; they meet at ${significant(roof.ridge_macs_per_byte)} MAC/byte`
    : `a bandwidth of ${level} without limit`;
  const label = `${points.length === 1 ? "One layer" : `${points.length} layers`} below the roof: ${scaled(peak, "OPS")} and ${of}`;
  const note =
    roofs.length > 1 ? "Other levels have roofs of their own, which may be lower for a layer: see the table." : "";
  return element(
    "div",
    {},
    chart({
      caption: label,
      label,
      spec: spec(points, { roof, peak, level }, variableOf),
      data: { columns, rows: points },
    }),
    note ? element("p", { class: "note" }, note) : null,
  );
}

export const rooflineSection = (...words) => section("Roofline", rooflineChart(...words));
