// The answer of an attempt, as it forms, and how the attempt ended.

import { element, say, show } from "./dom.js";
import { count, counted, cut } from "./format.js";

/** How many characters of an answer are shown: a browser lays out a text of any length, but not while it grows. */
export const LONGEST_ANSWER = 100_000;

export class AnswerView {
  #attempt = null;
  /** How many pieces of the attempt are shown, and how many characters. */
  #pieces = 0;
  #length = 0;
  #text = document.createTextNode("");

  constructor(root) {
    const part = (name) => root.querySelector(`[data-part="${name}"]`);
    this.answer = part("answer");
    this.answer.append(this.#text);
    this.empty = part("no-answer");
    this.more = part("more-answer");
    this.notes = part("notes");
    this.suggestions = part("suggestions");
    this.copy = part("copy-answer");
  }

  /** The whole answer, shown or not. */
  get text() {
    const attempt = this.#attempt;
    if (!attempt) return "";
    return attempt.length > 0 ? attempt.answer : (attempt.finalAnswer ?? "");
  }

  open(attempt) {
    this.#attempt = attempt;
    this.#pieces = 0;
    this.#length = 0;
    this.#text.data = "";
    this.answer.classList.remove("aligned");
    this.update();
  }

  update() {
    const attempt = this.#attempt;
    const ended = attempt?.end ?? null;
    const added = attempt ? attempt.pieces.slice(this.#pieces).join("") : "";
    this.#pieces += attempt ? attempt.pieces.length - this.#pieces : 0;
    this.#append(added);
    const final = attempt?.finalAnswer ?? null;
    const untold = this.#pieces === 0 && final !== null && final !== "";
    if (untold && this.#length === 0) this.#append(final);
    show(this.answer, this.#length > 0);
    show(this.empty, this.#length === 0);
    say(this.empty, ended ? "It ended without an answer." : "No token yet.");
    show(this.copy, this.#length > 0);
    const whole = Math.max(attempt?.length ?? 0, untold ? final.length : 0);
    show(this.more, whole > LONGEST_ANSWER);
    say(this.more, `${counted(whole - LONGEST_ANSWER, "character")} more not shown; Copy has all.`);
    this.answer.setAttribute("aria-busy", String(attempt !== null && !ended));
    this.#note(attempt, untold);
    show(this.suggestions, Boolean(attempt?.suggestions));
    say(this.suggestions, attempt?.suggestions ?? "");
  }

  #append(text) {
    if (text === "" || this.#length >= LONGEST_ANSWER) {
      this.#length += text.length;
      return;
    }
    this.#text.appendData(cut(text, LONGEST_ANSWER - this.#length));
    this.#length += text.length;
    // Columns that are made of spaces stand only in letters of one width.
    if (/\S {3,}\S/.test(this.#text.data)) this.answer.classList.add("aligned");
  }

  #note(attempt, untold) {
    const notes = [];
    if (attempt) {
      const { end, error, warning, finalAnswer, length, whole } = attempt;
      if (error) notes.push(["bad", `Error: ${cut(error, 2_000)}`]);
      if (warning) notes.push(["warn", cut(warning, 2_000)]);
      if (end) {
        const status = typeof end.result?.status === "string" ? cut(end.result.status, 80) : "ended";
        const time = Number.isFinite(end.execution_time_ms) ? ` after ${count(end.execution_time_ms)} ms` : "";
        notes.push([attempt.state === "failed" ? "bad" : "good", `${status}${time}`]);
      }
      if (untold) notes.push(["warn", "No token was streamed; this is the answer of “done”."]);
      else if (end && finalAnswer !== null && length > 0 && whole && attempt.answer !== finalAnswer) {
        notes.push(["bad", "The tokens together are not the answer of “done”."]);
      }
      if (!whole) notes.push(["warn", "Events are missing: the answer may have holes."]);
    }
    const shown = notes.map(([, text]) => text).join("\n");
    if (this.notes.dataset.shown === shown) return;
    this.notes.dataset.shown = shown;
    this.notes.replaceChildren(...notes.map(([kind, text]) => element("li", { class: kind }, text)));
  }
}
