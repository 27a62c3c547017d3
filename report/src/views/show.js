// A network, before any hardware is known.
import { chart } from "../chart.js";
import { choice, facts, section } from "../dom.js";
import { greatest, length, texts } from "../encoding.js";
import { layerAxis } from "../energy.js";
import { counted, grouped, prefixOf, scaled } from "../format.js";
import { named } from "../model.js";
import { table } from "../table.js";

const measures = { macs: "multiply-accumulates", weights: "weights", activations: "activations" };

function spec(layers, key) {
  return (theme, width) => {
    const some = layers.filter((layer) => layer[key] > 0).map((layer, index) => ({ ...layer, index }));
    const [factor, prefix] = prefixOf(greatest(some.map((layer) => layer[key])));
    const axis = layerAxis(some);
    const values = some.map(({ index, title, kind, [key]: count }) => ({
      layer: index,
      end: index + 1,
      name: title,
      kind,
      value: count / factor,
      text: grouped(count),
    }));
    return {
      marks: some.length,
      data: { values },
      mark: { type: "bar", color: theme.series[0], binSpacing: some.length > 200 ? 0 : 1 },
      ...axis.size,
      encoding: {
        [axis.across]: axis.band,
        ...axis.end,
        [axis.along]: length("value", `${measures[key]}${prefix ? ` (${prefix})` : ""}`, width),
        tooltip: texts(["name", "kind", ["text", measures[key]]]),
      },
    };
  };
}

function chartOf(layers) {
  let key = "macs";
  const label = () => `The ${measures[key]} of each layer that has some`;
  const counts = () => ({
    title: measures[key],
    numeric: true,
    value: (row) => row[key],
    text: (row) => grouped(row[key]),
  });
  const change = (value) => {
    key = value;
    figure.redraw(label());
  };
  const figure = chart({
    caption: "Layer by layer",
    label: label(),
    spec: (...where) => spec(layers, key)(...where),
    data: () => ({
      columns: [{ title: "layer", value: (row) => row.title }, counts()],
      rows: layers.filter((layer) => layer[key] > 0),
    }),
    controls: [
      choice("Count", Object.entries({ macs: "MACs", weights: "Weights", activations: "Activations" }), change),
    ],
  });
  return figure;
}

const shape = (sizes) => (sizes === null ? "–" : sizes.length ? sizes.join(" × ") : "scalar");
const whole = (title, key) => ({
  title,
  numeric: true,
  value: (row) => row[key],
  text: (row) => (row[key] ? grouped(row[key]) : ""),
});

export function show(results) {
  const layers = named(results.layers);
  const { totals } = results;
  const ports = (list) => list.map((port) => `${port.name} ${shape(port.shape)} (${port.format})`).join("; ");
  return {
    verb: "show",
    title: results.network,
    subtitle: `${ports(results.inputs)} to ${ports(results.outputs)}`,
    parts: [
      facts([
        ["Multiply-accumulates", scaled(totals.macs, "")],
        ["Weights", scaled(totals.weights, "")],
        ["Parameters", scaled(totals.parameters, "")],
        ["Activations", scaled(totals.activations, "")],
        ["Operations", scaled(totals.operations, "")],
        ["Layers", grouped(layers.length)],
      ]),
      section("Where the work is", chartOf(layers)),
      section(
        "Layers",
        table({
          caption: counted(layers.length, "layer"),
          rows: layers,
          columns: [
            { title: "layer", value: (row) => row.title },
            { title: "kind", value: (row) => row.kind },
            {
              title: "result",
              numeric: true,
              value: (row) => row.activations,
              text: (row) => row.outputs.map(shape).join("; "),
            },
            {
              title: "filter",
              numeric: true,
              value: (row) => row.shape.R * row.shape.S,
              text: (row) => (row.weights && row.shape.R ? `${row.shape.R} × ${row.shape.S}` : ""),
            },
            whole("weights", "weights"),
            whole("MACs", "macs"),
            whole("activations", "activations"),
          ],
        }),
      ),
    ],
  };
}
