// How long each layer takes, and what it is bound by.
import { chart } from "./chart.js";
import { section } from "./dom.js";
import { colour, greatest, length, texts } from "./encoding.js";
import { layerAxis } from "./energy.js";
import { percent, prefixOf, time } from "./format.js";
import { stageVariable, timeOf } from "./model.js";

const waits = "waiting for transfers";

function values(layers, machine, factor) {
  return layers.flatMap((layer) => {
    const { bound, busy, waiting, all } = timeOf(layer, machine);
    const row = {
      layer: layer.index,
      end: layer.index + 1,
      name: layer.title,
      all: time(all),
      bound,
      in_use: percent(layer.utilisation),
    };
    return [
      { ...row, part: bound, order: 0, value: busy / factor, time: time(busy) },
      ...(waiting > 0 ? [{ ...row, part: waits, order: 1, value: waiting / factor, time: time(waiting) }] : []),
    ];
  });
}

function spec(layers, machine) {
  return (theme, width) => {
    const [factor, prefix] = prefixOf(greatest(layers.map((layer) => layer.cycles)) / machine.clock_Hz);
    const rows = values(layers, machine, factor);
    const all = [machine.compute, ...machine.stages.map((stage) => stage.name), waits];
    const names = all.filter((name) => rows.some((row) => row.part === name));
    const variables = names.map((name) => (name === waits ? "--rule" : stageVariable(machine, name)));
    const axis = layerAxis(layers);
    return {
      marks: rows.length,
      data: { values: rows },
      mark: { type: "bar", binSpacing: 0 },
      ...axis.size,
      encoding: {
        [axis.across]: axis.band,
        ...axis.end,
        [axis.along]: { ...length("value", `time (${prefix}s)`, width), stack: "zero" },
        color: colour("part", names, variables, "bound by", width),
        order: { field: "order" },
        tooltip: texts([
          ["name", "layer"],
          ["all", "time"],
          ["bound", "bound by"],
          ["part", "this part"],
          ["time", "of it"],
          ["in_use", "units in use"],
        ]),
      },
    };
  };
}

export function timeSection(layers, machine) {
  return section(
    "Where the time goes",
    chart({
      caption: "Time of each layer, and what it is bound by",
      label: "Time of each layer, coloured by the level or unit that sets it",
      spec: spec(layers, machine),
      data: () => ({
        columns: [
          { title: "layer", value: (row) => row.title },
          { title: "time", unit: "s", value: (row) => timeOf(row, machine).all },
          { title: "bound by", value: (row) => timeOf(row, machine).bound },
          { title: "waiting", unit: "s", value: (row) => timeOf(row, machine).waiting },
          { title: "units in use", unit: "%", value: (row) => row.utilisation },
        ],
        rows: layers,
      }),
    }),
  );
}
