// Tables that sort by any column. Long ones show their first rows until the reader asks for more.
import { element, freshId } from "./dom.js";
import { column, counted, grouped } from "./format.js";

const rowsAtFirst = 100;
const rowsAtATime = 1000;

const isMissing = (value) => value === null || value === undefined || value === "";
const isNumber = ({ unit, numeric }) => unit !== undefined || numeric;

/** Numbers by size, texts as people sort them (conv2 before conv10). */
function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), "en", { numeric: true });
}

/** The rows in the order of one column; what is missing stands last in both directions. */
function sorted(rows, { value }, down) {
  const keyed = rows.map((row) => ({ row, key: value(row) }));
  keyed.sort((a, b) => {
    if (isMissing(a.key) || isMissing(b.key)) return isMissing(a.key) - isMissing(b.key);
    return (down ? -1 : 1) * compare(a.key, b.key);
  });
  return keyed.map(({ row }) => row);
}

/** The texts of a column, and the unit of its numbers. */
function shown(rows, { value, unit, text, digits }) {
  if (text) return { texts: rows.map(text) };
  const values = rows.map(value);
  if (unit === undefined) return { texts: values.map((each) => each ?? "") };
  return column(values, unit, digits);
}

class Table {
  constructor({ caption, columns, rows, total, onselect, sort = { column: -1, down: false } }) {
    Object.assign(this, { columns, rows, total, onselect, sort, most: rowsAtFirst, selected: null });
    this.head = element(
      "tr",
      {},
      columns.map((each, index) => this.headCell(each, index)),
    );
    this.body = element("tbody");
    this.foot = element("tfoot");
    this.more = element("div", { class: "more" });
    const id = freshId("table");
    this.place = element(
      "div",
      { class: "table", role: "region", "aria-labelledby": id, tabindex: 0 },
      element(
        "table",
        { class: columns.length <= 3 ? "narrow" : null },
        element("caption", { id }, element("span", {}, caption)),
        element("thead", {}, this.head),
        this.body,
        this.foot,
      ),
      this.more,
    );
    this.draw();
  }

  headCell(each, index) {
    const button = element(
      "button",
      { type: "button", onclick: () => this.sortBy(index) },
      element("span", {}, each.title),
      element("span", { class: "unit" }),
      element("span", { class: "arrow", "aria-hidden": "true" }),
    );
    return element("th", { scope: "col", class: isNumber(each) ? "number" : null }, button);
  }

  /** Numbers with the largest first, texts from A; once more: the other way round. */
  sortBy(index) {
    const isSame = this.sort.column === index;
    this.sort = { column: index, down: isSame ? !this.sort.down : Boolean(isNumber(this.columns[index])) };
    this.draw();
  }

  show(rows) {
    Object.assign(this, { rows, most: rowsAtFirst });
    this.draw();
  }

  select(row) {
    this.selected = row;
    for (const line of this.body.children) line.setAttribute("aria-selected", String(line.row === row));
    this.onselect(row);
  }

  cell(each, row, text, index) {
    const kind = isNumber(each) ? "number" : null;
    const swatch = each.swatch ? element("span", { class: "swatch", style: `--colour: ${each.swatch(row)}` }) : null;
    if (index > 0) return element("td", { class: swatch ? "whole-words" : kind }, swatch, text);
    const selector = () => element("button", { type: "button", class: "link", onclick: () => this.select(row) }, text);
    return element("th", { scope: "row", class: kind }, this.onselect ? selector() : text);
  }

  line(row, texts) {
    const line = element(
      "tr",
      this.onselect ? { "aria-selected": String(row === this.selected) } : {},
      this.columns.map((each, index) => this.cell(each, row, texts[index], index)),
    );
    line.row = row;
    return line;
  }

  draw() {
    const order = this.sort.column < 0 ? this.rows : sorted(this.rows, this.columns[this.sort.column], this.sort.down);
    const visible = order.slice(0, this.most);
    const parts = this.columns.map((each) => shown(this.total ? [...visible, this.total] : visible, each));
    for (const [index, cell] of [...this.head.children].entries()) {
      cell.querySelector(".unit").textContent = parts[index].unit ? ` ${parts[index].unit}` : "";
      const direction = this.sort.down ? "descending" : "ascending";
      cell.setAttribute("aria-sort", this.sort.column === index ? direction : "none");
    }
    this.body.replaceChildren(
      ...visible.map((row, r) =>
        this.line(
          row,
          parts.map(({ texts }) => texts[r]),
        ),
      ),
    );
    if (this.total) {
      this.foot.replaceChildren(
        element(
          "tr",
          {},
          this.columns.map((each, index) =>
            element("td", { class: isNumber(each) ? "number" : null }, parts[index].texts.at(-1)),
          ),
        ),
      );
    }
    this.drawMore(order.length, visible.length);
  }

  drawMore(all, visible) {
    const left = Math.min(all - visible, rowsAtATime);
    const extend = () => {
      this.most += rowsAtATime;
      this.draw();
    };
    this.more.replaceChildren(
      ...(left <= 0
        ? []
        : [
            element("span", {}, `${grouped(visible)} of ${counted(all, "row")}`),
            element("button", { type: "button", onclick: extend }, `Show ${grouped(left)} more`),
          ]),
    );
  }
}

/**
 * A table. A column is { title, value(row), unit?, digits?, text?(row), numeric?, swatch?(row) }: with a `unit` ("" too)
 * its values are numbers, shown in one prefix with so many digits; `text` shows them otherwise. `onselect(row)` makes
 * rows selectable. `total` is a last row that stays last. Returns the element with `show(rows)`.
 */
export function table(options) {
  const made = new Table(options);
  made.place.show = (rows) => made.show(rows);
  return made.place;
}
