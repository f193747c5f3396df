// The statements of an attempt and their rows.

import { copyButton, element, say, show } from "./dom.js";
import { count, counted, cut } from "./format.js";
import { isNumber } from "./json_text.js";

/** How many statements are shown, columns of one and characters of a cell. */
const STATEMENTS = 10;
const COLUMNS = 50;
const CELL = 500;
const LONGEST_SQL = 20_000;

export class ResultView {
  #attempt = null;
  /** What is shown, so that only what changed is made again. */
  #shown = [];

  constructor(root) {
    this.list = root.querySelector('[data-part="statements"]');
    this.empty = root.querySelector('[data-part="no-statements"]');
    this.hidden = root.querySelector('[data-part="hidden-statements"]');
  }

  open(attempt) {
    this.#attempt = attempt;
    this.#shown = [];
    this.list.replaceChildren();
    this.update();
  }

  update() {
    const statements = this.#attempt?.statements ?? [];
    show(this.empty, statements.length === 0);
    const from = Math.max(0, statements.length - STATEMENTS);
    show(this.hidden, from > 0);
    say(this.hidden, `${counted(from, "earlier statement")} not shown; they are in the timeline.`);
    while (this.#shown.length > 0 && this.#shown[0].index < from) this.#shown.shift().item.remove();
    statements.slice(from).forEach((statement, offset) => {
      const index = from + offset;
      const shown = this.#shown.find((shown) => shown.index === index);
      const version = `${statement.state} ${statement.result !== null}`;
      if (shown?.version === version) return;
      const item = element("li", { class: "statement" }, ...parts(statement, index + 1));
      if (shown) {
        shown.item.replaceWith(item);
        Object.assign(shown, { item, version });
      } else {
        this.list.append(item);
        this.#shown.push({ index, item, version });
      }
    });
  }
}

function parts({ sql, state, error, result }, number) {
  const said = {
    running: "running",
    failed: "failed",
    done: result ? `${counted(result.rowCount, "row")}${result.truncated ? ", cut by the worker" : ""}` : "no rows",
  }[state];
  const title = element(
    "div",
    { class: "title" },
    element("h4", {}, `Statement ${number}`),
    element("span", { class: `badge ${state}` }, said),
    copyButton(`Copy statement ${number}`, () => sql),
  );
  const code = element("pre", { class: "sql", tabindex: "0", role: "group", "aria-label": `SQL of statement ${number}` },
    element("code", {}, cut(sql, LONGEST_SQL) || "(the event has no SQL)"));
  const made = [title, code];
  if (error) made.push(element("p", { class: "bad" }, cut(error, 2_000)));
  if (result) made.push(...table(result, number));
  return made;
}

function table({ columns, rows, rowCount }, number) {
  const shownColumns = columns.slice(0, COLUMNS);
  const numeric = shownColumns.map((_, at) => rows.some((row) => isNumber(row[at])));
  const head = element("tr", {}, ...shownColumns.map((name, at) =>
    element("th", { scope: "col", class: numeric[at] && "number" }, element("bdi", {}, cut(name, CELL)))));
  const body = rows.map((row) => element("tr", {}, ...shownColumns.map((_, at) => cell(row[at]))));
  const hidden = [];
  if (columns.length > COLUMNS) hidden.push(`${counted(columns.length - COLUMNS, "more column")} not shown`);
  if (rowCount > rows.length) hidden.push(`${count(rows.length)} of ${counted(rowCount, "row")} shown`);
  const made = element(
    "table",
    {},
    element("caption", { class: "unseen" }, `Rows of statement ${number}`),
    element("thead", {}, head),
    element("tbody", {}, ...body),
  );
  const pane = element("div", { class: "table", tabindex: "0", role: "group", "aria-label": `Rows of statement ${number}` }, made);
  return hidden.length > 0 ? [pane, element("p", { class: "hint" }, hidden.join(" · "))] : [pane];
}

function cell(value) {
  if (value === null || value === undefined) return element("td", { class: "null" }, "null");
  if (isNumber(value)) return element("td", { class: "number" }, String(value));
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return element("td", {}, element("bdi", {}, text.length > CELL ? `${cut(text, CELL)}…` : text));
}
