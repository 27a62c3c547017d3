// A design-space study: every point, and those that no other dominates.
import { element, facts, section, selection } from "../dom.js";
import { counted, grouped, percent } from "../format.js";
import { front } from "../front.js";
import { isMetric, metric, metricColumn, metricText } from "../metrics.js";
import { table } from "../table.js";

/** The points of one network and batch that have a value on both axes. */
function pointsOf(results, { network, batch, places }, x, y) {
  const best = new Set(places);
  return results.results
    .map((row, place) => ({ ...row, isBest: best.has(place) }))
    .filter(
      (row) =>
        row.network === network && row.batch === batch && typeof row[x] === "number" && typeof row[y] === "number",
    );
}

function tooltipOf(results, x, y) {
  return (row) => ({
    ...Object.fromEntries(results.chosen.map((key) => [key, String(row[key])])),
    [metric(x).title]: metricText(metric(x), row[x]),
    [metric(y).title]: metricText(metric(y), row[y]),
    status: row.status,
  });
}

function columnsOf(results, x, y) {
  const keys = [...new Set([...results.objectives.map(({ key }) => key), x, y])];
  return [
    ...results.chosen.map((key) => ({
      title: key,
      value: (row) => row[key],
      numeric: typeof results.results[0]?.[key] === "number",
    })),
    ...keys.map((key) => metricColumn(key, (row) => row[key])),
    { title: "front", value: (row) => (row.isBest ? "yes" : "") },
    { title: "status", value: (row) => (row.reason ? `${row.status}: ${row.reason}` : row.status) },
    {
      title: "above the least",
      numeric: true,
      value: (row) => row.gap,
      text: (row) => (row.proved ? "proved" : percent(row.gap)),
    },
  ];
}

const detail = (row) => [
  element("h3", {}, "The point that was chosen"),
  table({
    caption: "All that is known of it",
    rows: Object.entries(row).filter(([key]) => key !== "isBest"),
    columns: [
      { title: "what", value: ([key]) => (isMetric(key) ? metric(key).title : key) },
      {
        title: "value",
        numeric: true,
        value: ([, value]) => value,
        text: ([key, value]) => (isMetric(key) ? metricText(metric(key), value) : String(value ?? "–")),
      },
    ],
  }),
];

function explorer(results) {
  const objectives = results.objectives.map(({ key }) => key);
  const keys = [...new Set([...objectives, ...Object.keys(results.results[0] ?? {}).filter(isMetric)])];
  const state = {
    group: results.fronts[0],
    y: objectives[0],
    x: objectives[1] ?? keys.find((key) => key !== objectives[0]),
  };
  const place = element("div");
  const fill = () => {
    const points = pointsOf(results, state.group, state.x, state.y);
    const axis = (key) => ({
      title: metric(key).title,
      unit: metric(key).unit === "%" ? "" : metric(key).unit,
      value: (row) => row[key] * metric(key).factor,
    });
    place.replaceChildren(
      points.length === 0
        ? element("p", {}, "No point has a value of both.")
        : front({
            points,
            x: axis(state.x),
            y: axis(state.y),
            columns: columnsOf(results, state.x, state.y),
            tooltip: tooltipOf(results, state.x, state.y),
            detail,
            isBest: (row) => row.isBest,
            sort: { column: results.chosen.length, down: !results.objectives[0].less_is_better },
          }),
    );
  };
  const options = (chosen) => [chosen, ...keys.filter((key) => key !== chosen)].map((key) => [key, metric(key).title]);
  const set = (what) => (value) => {
    state[what] = what === "group" ? results.fronts[value] : value;
    fill();
  };
  fill();
  const groups = results.fronts.map(({ network, batch }, i) => [
    i,
    batch > 1 ? `${network}, batches of ${batch}` : network,
  ]);
  return [
    element(
      "div",
      { class: "controls" },
      results.fronts.length > 1 ? selection("Network", groups, set("group")) : null,
      selection("Across", options(state.x), set("x")),
      selection("Up", options(state.y), set("y")),
    ),
    place,
  ];
}

export function sweep(results) {
  const statuses = new Map();
  for (const { status } of results.results) statuses.set(status, (statuses.get(status) ?? 0) + 1);
  const names = results.objectives.map((objective) => objective.title).join(" and ");
  const least = results.limits.map(({ key, at_least: low, at_most: high }) =>
    [
      low === null ? "" : `${metricText(metric(key), low)} ≤ `,
      metric(key).title,
      high === null ? "" : ` ≤ ${metricText(metric(key), high)}`,
    ].join(""),
  );
  return {
    verb: "sweep",
    title: results.study,
    subtitle: `${counted(results.points, "point")}, and those of them that no other beats in ${names}`,
    parts: [
      facts([
        ...[...statuses].map(([status, count]) => [status, grouped(count)]),
        ["On the front", grouped(results.fronts.reduce((all, each) => all + each.places.length, 0))],
        ["Limits", least.join("; ")],
      ]),
      section("Every point", explorer(results)),
    ],
  };
}
