// The dataflows of Chen, Emer and Sze, ISCA 2016, on machines of equal area: stacked bars as in the paper's figures.
import { chart } from "../chart.js";
import { choice, element, section, selection } from "../dom.js";
import { colour, length, texts } from "../encoding.js";
import { counted, grouped, percent, significant } from "../format.js";
import { table } from "../table.js";
import { seriesVariable } from "../theme.js";

const titleOf = ({ layers, elements, batch }) =>
  `${layers === "FC" ? "Fully connected layers" : "Convolutions"}, ${grouped(elements)} elements, batch ${grouped(batch)}`;

const mapped = (group) => group.bars.filter((bar) => bar.no_mapping === null);
/** Energies in those of a multiply-accumulate, for each of them, as the paper's figures have them. */
const each = (bar, energy) => energy / bar.levels.operations;

function partsOf(bar, split) {
  if (split === "levels") return Object.entries(bar.levels);
  return [["operations", bar.levels.operations], ...Object.entries(bar.tensors)];
}

function values(bars, split) {
  return bars.flatMap((bar) =>
    partsOf(bar, split).map(([part, energy], order) => ({
      dataflow: bar.dataflow,
      part,
      order,
      value: each(bar, energy),
      text: significant(each(bar, energy)),
      share: percent(energy / bar.energy_pJ),
      all: significant(each(bar, bar.energy_pJ)),
    })),
  );
}

function spec(state) {
  return (theme, width) => {
    const bars = mapped(state.group);
    const names = partsOf(bars[0], state.split).map(([name]) => name);
    const variables = names.map((name, i) => seriesVariable(names.length - 1 - i, name === "operations"));
    const axis = { labelAngle: 0, domain: false, ticks: false };
    return {
      data: { values: values(bars, state.split) },
      mark: { type: "bar", stroke: theme.paper, strokeWidth: 0.5 },
      height: 340,
      encoding: {
        x: { field: "dataflow", type: "nominal", sort: null, title: null, axis },
        y: length("value", "energy of a MAC (1: the arithmetic alone)", width),
        color: colour("part", names, variables, null, width),
        order: { field: "order" },
        tooltip: texts(["dataflow", "part", ["text", "energy"], "share", ["all", "in all"]]),
      },
    };
  };
}

function columnsOf(group) {
  const first = mapped(group)[0];
  const known = (read) => (row) => (row.no_mapping === null ? read(row) : null);
  return [
    { title: "dataflow", value: (row) => row.dataflow },
    { title: "energy of a MAC", unit: "", value: known((row) => each(row, row.energy_pJ)) },
    { title: `of ${first.dataflow}`, unit: "", value: known((row) => row.energy_pJ / first.energy_pJ) },
    ...Object.keys(first.levels).map((name) => ({
      title: name,
      unit: "",
      value: known((row) => each(row, row.levels[name])),
    })),
    { title: "DRAM accesses", unit: "", value: known((row) => (row.dram_reads + row.dram_writes) / row.macs) },
    {
      title: `EDP of ${first.dataflow}`,
      unit: "",
      value: known((row) => (row.energy_pJ * row.delay) / (first.energy_pJ * first.delay)),
    },
    { title: "proved", value: (row) => row.no_mapping ?? (row.proved ? "yes" : "no") },
  ];
}

export function dataflows({ network, groups, ...rest }) {
  const shown = groups.filter((group) => mapped(group).length > 0);
  const state = { group: shown[0], split: "levels" };
  const label = () => `Energy of a multiply-accumulate by dataflow: ${titleOf(state.group)}`;
  const place = element("div");
  const data = () => ({ columns: columnsOf(state.group), rows: state.group.bars });
  const fill = () =>
    place.replaceChildren(table({ caption: `${titleOf(state.group)}; for each multiply-accumulate`, ...data() }));
  const figure = chart({
    caption: "Energy of a multiply-accumulate",
    label: label(),
    spec: spec(state),
    data,
    controls: [
      selection(
        "Group",
        shown.map((group, i) => [i, titleOf(group)]),
        (value) => {
          state.group = shown[value];
          fill();
          figure.redraw(label());
        },
      ),
      choice(
        "Split the energy by",
        [
          ["levels", "By level"],
          ["tensors", "By tensor"],
        ],
        (value) => {
          state.split = value;
          figure.redraw(label());
        },
      ),
    ],
  });
  fill();
  return {
    verb: "dataflows",
    title: `The dataflows on ${network}`,
    subtitle: `${counted(rest.machines.length, "machine")} of equal area, with the best mapping that each dataflow allows`,
    parts: [section("Where the energy goes", figure), section("Numbers", place)],
  };
}
