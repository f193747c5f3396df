// What a session's frames say: its attempts, and of each the answer, the statements and the end. No elements here.

import { compareIds, gapBefore, parseId } from "./event_id.js";
import { parseExactly, parseObject } from "./json_text.js";

/** The types that come in pieces: each is a part of a text. */
export const PIECES = new Set(["token", "thinking"]);

export class RunModel {
  /** Everything in the order of the stream: `{kind: "event" | "attempt" | "gap" | "dropped", …}`. */
  entries = [];
  attempts = [];
  /** How many events there are of each type. */
  types = new Map();
  events = 0;
  gaps = 0;
  /** The id to resume after, or null. */
  lastId = null;
  /** When the first event was received, in milliseconds. */
  startedAt = null;
  lastAt = null;
  /** Which log of the receiver this is: it may have been started anew. */
  #epoch = 0;
  #last = null;
  /** The last event before something was dropped: what follows is no gap, but may be another log. */
  #beforeDrop = undefined;

  /** Takes a frame, if it was not there before. */
  accept(frame) {
    if (frame.id === null) {
      if (frame.type === "history_dropped") this.#drop(frame);
      return;
    }
    const id = parseId(frame.id);
    if (!id || (this.#last && compareIds(id, this.#last) <= 0)) return;
    const object = parseObject(frame.data) ?? {};
    const type = typeof object.type === "string" ? object.type : frame.type;
    const at = frame.received === null ? Date.now() : Date.parse(frame.received);
    this.#enter(id, at);
    const event = { kind: "event", id: frame.id, run: id.run, attempt: id.attempt, seq: id.seq, type, at, data: frame.data };
    this.entries.push(event);
    this.events += 1;
    this.types.set(type, (this.types.get(type) ?? 0) + 1);
    this.startedAt ??= at;
    this.lastAt = at;
    this.#last = id;
    this.lastId = frame.id;
    this.attempts.at(-1).take(event, object);
  }

  /** The state of the newest attempt, in the receiver's words. */
  get state() {
    const newest = this.attempts.at(-1);
    return newest ? newest.state : "waiting";
  }

  /** Begins an attempt where one begins, and notes what is missing before an event. */
  #enter(id, at) {
    const dropped = this.#beforeDrop !== undefined;
    if (dropped && this.#beforeDrop && compareIds(id, this.#beforeDrop) <= 0) this.#epoch += 1;
    const newest = this.attempts.at(-1);
    const goesOn = newest && newest.run === id.run && newest.attempt === id.attempt && newest.epoch === this.#epoch;
    if (!goesOn) {
      const attempt = new Attempt(this.attempts.length, this.#epoch, id, at);
      this.entries.push({ kind: "attempt", attempt, before: newest ?? null });
      this.attempts.push(attempt);
    }
    const attempt = this.attempts.at(-1);
    if (dropped) attempt.whole = false;
    const gap = dropped ? null : gapBefore(goesOn ? this.#last : null, id);
    if (gap) {
      this.gaps += 1;
      attempt.gaps += 1;
      attempt.whole = false;
      this.entries.push({ kind: "gap", run: id.run, attempt: id.attempt, ...gap });
    }
    this.#beforeDrop = undefined;
  }

  #drop(frame) {
    const { after = null, before = null } = parseObject(frame.data) ?? {};
    this.entries.push({ kind: "dropped", after, before });
    this.#beforeDrop = this.#last;
    // The ids may begin anew.
    this.#last = null;
    this.lastId = null;
  }
}

/** One attempt of one run. */
export class Attempt {
  events = 0;
  gaps = 0;
  /** Whether no event of it is missing so far. */
  whole = true;
  /** The answer, piece by piece. */
  pieces = [];
  length = 0;
  /** The statements: `{sql, state: "running" | "done" | "failed", error, result}`. They end in the order they began. */
  statements = [];
  #firstRunning = 0;
  /** The one that ended last, until it has its rows. */
  #lastEnded = null;
  suggestions = null;
  warning = null;
  error = null;
  /** The `done`. */
  end = null;

  constructor(index, epoch, { run, attempt }, startedAt) {
    Object.assign(this, { index, epoch, run, attempt, startedAt });
  }

  get name() {
    return this.run === 1 ? `Attempt ${this.attempt}` : `Run ${this.run}, attempt ${this.attempt}`;
  }

  get state() {
    if (!this.end) return "running";
    return this.end.result?.status === "failed" ? "failed" : "done";
  }

  get answer() {
    return this.pieces.join("");
  }

  /** What `done` says the answer is, where that is a text. */
  get finalAnswer() {
    const answer = this.end?.result?.final_answer;
    return typeof answer === "string" ? answer : null;
  }

  take(event, object) {
    this.events += 1;
    switch (event.type) {
      case "token":
        if (typeof object.content === "string" && object.content !== "") {
          this.pieces.push(object.content);
          this.length += object.content.length;
        }
        break;
      case "tool_start":
        if (object.tool === "sql_query" && typeof object.input?.query === "string") {
          this.statements.push({ sql: object.input.query, state: "running", error: null, result: null });
        }
        break;
      case "tool_end":
        if (object.tool === "sql_query") this.#endStatement(object.output);
        break;
      case "sql_result":
        this.#takeResult(event.data, object);
        break;
      case "suggestions":
        this.suggestions = textOf(object.content);
        break;
      case "no_data_warning":
        this.warning = textOf(object.message);
        break;
      case "error":
        this.error = textOf(object.error);
        break;
      case "done":
        this.end = object;
        this.error ??= typeof object.result?.error === "string" ? object.result.error : null;
        break;
    }
  }

  #endStatement(output) {
    const { statements } = this;
    while (statements[this.#firstRunning] && statements[this.#firstRunning].state !== "running") this.#firstRunning += 1;
    const statement = statements[this.#firstRunning];
    if (!statement) return;
    this.#lastEnded = statement;
    const said = typeof output === "string" ? parseObject(output) : output;
    const failed = said?.success === false;
    statement.state = failed ? "failed" : "done";
    if (failed) statement.error = textOf(said.error);
  }

  /** Rows belong to the last statement that ended without any (contract, section 5). */
  #takeResult(text, object) {
    const ended = this.#lastEnded?.state === "done" ? this.#lastEnded : null;
    const statement = ended ?? { sql: "", state: "done", error: null };
    if (!ended) this.statements.push(statement);
    this.#lastEnded = null;
    if (typeof object.sql === "string" && object.sql !== "") statement.sql = object.sql;
    statement.result = tableOf(parseExactly(text));
  }
}

/** As many rows as an `sql_result` may have (contract, section 5). */
const ROWS = 100;

/** The columns and rows of an `sql_result`, whose rows may be lists or objects. */
export function tableOf({ columns, data, row_count: rowCount, truncated }) {
  const all = Array.isArray(data) ? data : [];
  const rows = all.slice(0, ROWS);
  const isObject = (row) => row !== null && typeof row === "object" && !Array.isArray(row);
  const named = Array.isArray(columns) && columns.length > 0;
  const names = named ? columns.map(textOf) : Object.keys(rows.find(isObject) ?? {});
  return {
    columns: names,
    rows: rows.map((row) => {
      if (Array.isArray(row)) return row;
      return isObject(row) ? names.map((name) => (Object.hasOwn(row, name) ? row[name] : null)) : [row];
    }),
    rowCount: Number.isInteger(rowCount) ? rowCount : all.length,
    truncated: truncated === true,
  };
}

function textOf(value) {
  return typeof value === "string" ? value : value == null ? "" : JSON.stringify(value);
}
