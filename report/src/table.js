// Tables that sort by any column. Long ones show their first rows until the reader asks for more.
import { element, freshId } from "./dom.js";
import { column, counted, grouped } from "./format.js";

const rowsAtFirst = 100;
const rowsAtATime = 1000;

/** Numbers by size, texts as people sort them (conv2 before conv10), what is missing last. */
function compare(a, b) {
  const isMissing = (value) => value === null || value === undefined || value === "";
  if (isMissing(a) || isMissing(b)) return isMissing(a) - isMissing(b);
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), "en", { numeric: true });
}

/** The texts of a column and its title with the unit. */
function shown(rows, { title, value, unit, text, digits }) {
  if (text) return { title, texts: rows.map(text) };
  const values = rows.map(value);
  if (unit === undefined) return { title, texts: values.map((each) => each ?? "") };
  const { texts, unit: full } = column(values, unit, digits);
  return { title, unit: full, texts };
}

const isNumber = ({ unit, numeric }) => unit !== undefined || numeric;

/**
 * A table. A column is { title, value(row), unit?, text?(row), numeric?, swatch?(row) }: with a `unit` ("" too) its
 * values are numbers, shown in one prefix; `text` shows them otherwise. `onselect(row)` makes rows selectable.
 * `total` is a last row that stays last. Returns the element with `show(rows)`.
 */
export function table({ caption, columns, rows, total, onselect, sort }) {
  const state = { rows, column: sort?.column ?? -1, down: sort?.down ?? false, most: rowsAtFirst, selected: null };
  const head = element("tr");
  const body = element("tbody");
  const foot = element("tfoot");
  const more = element("div", { class: "more" });
  const captionId = freshId("table");
  const made = element("div", { class: "table", role: "region", "aria-labelledby": captionId, tabindex: 0 },
    element("table", {}, element("caption", { id: captionId }, caption), element("thead", {}, head), body, foot), more);

  function order() {
    if (state.column < 0) return state.rows;
    const { value } = columns[state.column];
    const sign = state.down ? -1 : 1;
    const missing = (row) => [null, undefined, ""].includes(value(row));
    return state.rows.toSorted((a, b) =>
      missing(a) || missing(b) ? missing(a) - missing(b) : sign * compare(value(a), value(b)));
  }

  function sortBy(index) {
    state.down = state.column === index ? !state.down : isNumber(columns[index]); // the largest first
    state.column = index;
    draw();
  }

  function headCell(each, index, { unit }) {
    const direction = state.column === index ? (state.down ? "descending" : "ascending") : "none";
    const button = head.children[index]?.querySelector("button") ??
      element("button", { type: "button", onclick: () => sortBy(index) });
    button.replaceChildren(each.title, unit ? element("span", { class: "unit" }, ` ${unit}`) : "",
      element("span", { class: "arrow", "aria-hidden": "true" }));
    const cell = head.children[index] ?? element("th", { scope: "col", class: isNumber(each) ? "number" : null }, button);
    cell.setAttribute("aria-sort", direction);
    return cell;
  }

  function bodyCell(each, row, text, index) {
    const swatch = each.swatch ? element("span", { class: "swatch", style: `--colour: ${each.swatch(row)}` }) : null;
    const kind = isNumber(each) ? "number" : null;
    if (index > 0) return element("td", { class: kind }, swatch, text);
    return element("th", { scope: "row", class: kind }, swatch, onselect ? selector(row, text) : text);
  }

  function selector(row, text) {
    return element("button", { type: "button", class: "link", onclick: () => select(row) }, text);
  }

  function select(row) {
    state.selected = row;
    for (const line of body.children) line.setAttribute("aria-selected", String(line.row === row));
    onselect(row);
  }

  function drawMore(all, visible) {
    const left = all - visible;
    more.replaceChildren(...(left <= 0 ? [] : [
      element("span", {}, `${grouped(visible)} of ${counted(all, "row")}`),
      element("button", { type: "button", onclick: () => { state.most += rowsAtATime; draw(); } },
        `Show ${grouped(Math.min(left, rowsAtATime))} more`)]));
  }

  function draw() {
    const ordered = order();
    const visible = ordered.slice(0, state.most);
    const parts = columns.map((each) => shown(total ? [...visible, total] : visible, each));
    head.append(...columns.map((each, index) => headCell(each, index, parts[index])));
    body.replaceChildren(...visible.map((row, r) => {
      const line = element("tr", onselect ? { "aria-selected": String(row === state.selected) } : {},
        columns.map((each, c) => bodyCell(each, row, parts[c].texts[r], c)));
      line.row = row;
      return line;
    }));
    if (total) {
      foot.replaceChildren(element("tr", {},
        columns.map((each, c) => bodyCell({ ...each, swatch: null }, null, totalText(each, parts[c]), c + (onselect ? 1 : 0)))));
    }
    drawMore(ordered.length, visible.length);
  }

  const totalText = (each, part) => part.texts.at(-1);

  made.show = (wanted) => {
    Object.assign(state, { rows: wanted, most: rowsAtFirst });
    draw();
  };
  draw();
  return made;
}
