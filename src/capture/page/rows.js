// The rows of the timeline: a run's entries, those in pieces joined, those of other types left out when one is chosen.

import { PIECES } from "./run_model.js";

export class Rows {
  /** `{kind: "events", type, events}` or an entry of another kind as it is. */
  all = [];
  #taken = 0;
  #type = "";
  #joined = true;

  /** Shows one type (all, when empty), and the pieces of a text as one row or each. */
  choose({ type, joined }, entries) {
    this.#type = type;
    this.#joined = joined;
    this.all = [];
    this.#taken = 0;
    this.update(entries);
  }

  /** Takes what is new. Only the last row may change by that, and it may only grow. */
  update(entries) {
    for (; this.#taken < entries.length; this.#taken += 1) {
      const entry = entries[this.#taken];
      if (entry.kind !== "event") {
        this.all.push(entry);
        continue;
      }
      if (this.#type !== "" && entry.type !== this.#type) continue;
      const last = this.all.at(-1);
      if (this.#joined && PIECES.has(entry.type) && last?.type === entry.type) last.events.push(entry);
      else this.all.push({ kind: "events", type: entry.type, events: [entry] });
    }
  }
}
