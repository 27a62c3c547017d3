// Points of two costs: a chart in which an area can be selected, and the table of the points in it.
import { chart } from "./chart.js";
import { element, freshId } from "./dom.js";
import { counted, prefixOf, significant } from "./format.js";
import { table } from "./table.js";

function limitField({ title, unit }, factor, prefix, onchange) {
  const id = freshId("limit");
  return element("div", { class: "field" }, element("label", { for: id }, `${title} at most (${prefix}${unit})`),
    element("input", { id, type: "number", min: 0, step: "any", inputmode: "decimal", placeholder: "no limit", oninput: (event) => {
      onchange(event.target.value === "" ? Infinity : Number(event.target.value) * factor);
    } }));
}

/**
 * `x` and `y` are { title, unit, value(row) }, `tooltip(row)` an object of texts; `isBest(row)` tells the points of the
 * front from the others, which stay grey; `detail(row)` gives what is shown of a chosen point.
 */
export function front({ points, x, y, columns, tooltip, detail, isBest = () => true, isFront = false, sort }) {
  const area = { brush: null, x: Infinity, y: Infinity };
  const [xFactor, xPrefix] = prefixOf(Math.max(...points.map(x.value)));
  const [yFactor, yPrefix] = prefixOf(Math.max(...points.map(y.value)));
  const rows = points.map((row, index) => ({
    index, x: x.value(row) / xFactor, y: y.value(row) / yFactor, best: isBest(row) ? "front" : "dominated", ...tooltip(row),
  }));
  const place = element("div", { class: "chosen", "aria-live": "polite" });
  const list = table({
    caption: counted(points.length, "point"), columns, rows: points, sort,
    onselect: detail ? (row) => place.replaceChildren(...detail(row)) : undefined,
  });
  const said = element("p", { class: "note", "aria-live": "polite" });

  function filter() {
    const inside = (row, i) => {
      if (x.value(row) > area.x || y.value(row) > area.y) return false;
      const { brush } = area;
      return !brush || ((!brush.x || (rows[i].x >= brush.x[0] && rows[i].x <= brush.x[1])) &&
        (!brush.y || (rows[i].y >= brush.y[0] && rows[i].y <= brush.y[1])));
    };
    const left = points.filter(inside);
    said.textContent = left.length === points.length ? "Drag over the chart to select points."
      : `${significant(left.length, 6)} of ${counted(points.length, "point")} selected; double-click the chart to clear.`;
    list.show(left);
  }

  function listen(view) {
    area.brush = null;
    view.addSignalListener("brush", (_, value) => {
      area.brush = Object.keys(value).length ? value : null;
      filter();
    });
  }

  const spec = (theme) => {
    const encoding = {
      x: { field: "x", type: "quantitative", scale: { zero: false }, axis: { title: `${x.title} (${xPrefix}${x.unit})`, format: "~g", tickCount: 6 } },
      y: { field: "y", type: "quantitative", scale: { zero: false }, axis: { title: `${y.title} (${yPrefix}${y.unit})`, format: "~g", tickCount: 6 } },
    };
    const names = Object.keys(tooltip(points[0]));
    const steps = rows.filter((row) => row.best === "front");
    return {
      marks: rows.length, height: 340,
      layer: [
        ...(isFront || steps.length < rows.length ? [{ data: { values: steps },
          mark: { type: "line", interpolate: "step-after", color: theme.rule, strokeWidth: 1.5 }, encoding: { ...encoding, order: { field: "x" } } }] : []),
        { data: { values: rows },
          params: [{ name: "brush", select: { type: "interval", encodings: ["x", "y"] } }],
          mark: { type: "point", filled: true, opacity: 0.9, stroke: theme.paper, strokeWidth: 0.6 },
          encoding: {
            ...encoding,
            size: { condition: { test: "datum.best === 'front'", value: 80 }, value: 24 },
            color: { condition: { param: "brush", field: "best", type: "nominal",
              scale: { domain: ["front", "dominated"], range: [theme.series[0], theme.soft] },
              legend: steps.length < rows.length ? { orient: "top", title: null } : null }, value: theme.rule },
            tooltip: names.map((field) => ({ field, title: field })),
          } },
      ],
    };
  };
  const figure = chart({
    caption: `${y.title} against ${x.title}`, spec, onview: listen,
    label: `${counted(points.length, "point")} of ${y.title} against ${x.title}`,
  });
  filter();
  return element("div", {}, figure,
    element("div", { class: "controls" }, limitField(x, xFactor, xPrefix, (value) => { area.x = value; filter(); }),
      limitField(y, yFactor, yPrefix, (value) => { area.y = value; filter(); })), said, list, place);
}
