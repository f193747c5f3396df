// One session: its stream, and the views on it.

import { isNameable, urlOf } from "./address.js";
import { AnswerView } from "./answer_view.js";
import { Connection } from "./connection.js";
import { copyButton, element, oncePerFrame, say, show } from "./dom.js";
import { compareIds, parseId } from "./event_id.js";
import { FaultView } from "./fault_view.js";
import { clock, count, counted, cut, span } from "./format.js";
import { ResultView } from "./result_view.js";
import { RunModel } from "./run_model.js";
import { TimelineView } from "./timeline_view.js";

/** How often the receiver is asked for what a stream does not say, in milliseconds. */
const PAUSE = 2_000;

/** What is said of a connection, and what the button beside it says and does. */
const STATES = {
  connecting: ["Connecting…", null],
  live: ["Live", null],
  lost: ["Connection lost; trying again", "Try now"],
  over: ["Complete: nothing more follows", "Look again"],
  silent: ["Closed by the receiver after a long silence", "Watch on"],
  refused: ["Refused", "Try again"],
};

export class SessionView {
  #session = null;
  #model = null;
  #connection = null;
  #attempt = null;
  /** Whether the newest attempt is shown, whichever it is. */
  #newest = true;
  #unopened = false;
  #timer = null;
  #counted = "";

  constructor(root, keepAlive) {
    this.root = root;
    this.keepAlive = keepAlive;
    const part = (name) => root.querySelector(`[data-part="${name}"]`);
    this.name = part("name");
    this.state = part("state");
    this.facts = part("facts");
    this.connection = part("connection");
    this.detail = part("connection-detail");
    this.retry = part("retry");
    this.attempts = part("attempts");
    this.overview = part("overview");
    this.panes = part("panes");
    this.answer = new AnswerView(root);
    this.results = new ResultView(root);
    this.timeline = new TimelineView(root);
    this.faults = new FaultView(part("faults"));
    part("copy-answer").replaceWith((this.answer.copy = copyButton("Copy the answer", () => this.answer.text)));
    part("save").addEventListener("click", () => this.#save());
    this.retry.addEventListener("click", () => (this.#connection.running ? this.#connection.retryNow() : this.#connection.start()));
    this.render = oncePerFrame(() => this.#render());
    document.addEventListener("visibilitychange", () => this.#ask());
  }

  /** Shows a session, `{id, key}`. */
  open(session) {
    this.close();
    this.#session = session;
    this.#model = new RunModel();
    this.#attempt = null;
    this.#newest = true;
    this.#unopened = false;
    this.#counted = "";
    this.#attemptButtons = 0;
    this.attempts.replaceChildren();
    this.name.textContent = session.id;
    this.faults.update({ total: 0, faults: [] });
    this.timeline.open(this.#model);
    this.#show(null);
    say(this.overview, "");
    show(this.root, true);
    this.#render();
    if (!isNameable(session.id)) {
      this.#said({ kind: "refused", detail: "no URL can name this session; its transcript can be had in the process or from the directory of transcripts" });
      return;
    }
    const model = this.#model;
    this.#connection = new Connection({
      url: () => urlOf("stream", session, { times: "true" }),
      lastId: () => model.lastId,
      keepAlive: this.keepAlive,
      onFrames: (frames) => {
        for (const frame of frames) model.accept(frame);
        this.render();
      },
      onState: (state) => {
        if (this.#model === model) this.#said(state);
      },
    });
    this.#connection.start();
    this.#ask();
  }

  close() {
    clearTimeout(this.#timer);
    this.#connection?.stop();
    this.#connection = null;
    this.#session = null;
    show(this.root, false);
  }

  #said({ kind, status, detail }) {
    const [text, act] = STATES[kind];
    say(this.connection, text);
    this.connection.dataset.connection = kind;
    const missingKey = status === 403 && this.#session.key === null;
    const advice = "This session needs its key: open it by its whole stream URL, which ends in “?key=…”.";
    say(this.detail, missingKey ? advice : cut(detail ?? "", 500));
    // Nothing is known of a session that was never opened.
    this.#unopened = kind === "refused" && this.#model.events === 0;
    show(this.retry, act !== null && this.#connection !== null);
    say(this.retry, act ?? "");
    this.render();
  }

  #render() {
    const model = this.#model;
    if (!model || !this.#session) return;
    this.timeline.update();
    this.#offerAttempts();
    const newest = model.attempts.at(-1) ?? null;
    if (this.#newest && newest !== this.#attempt) this.#show(newest);
    else {
      this.answer.update();
      this.results.update();
    }
    show(this.panes, !this.#unopened);
    show(this.state, !this.#unopened);
    say(this.state, model.state);
    this.state.dataset.state = model.state;
    if (this.#unopened) say(this.facts, "");
    else this.#describe(model, newest);
    const title = `${cut(this.#session.id, 60)} · ${this.#unopened ? "refused" : model.state} · kai-e2e`;
    if (document.title !== title) document.title = title;
  }

  #describe(model, newest) {
    const parts = [counted(model.events, "event")];
    if (newest) {
      parts.push(newest.name.toLowerCase());
      if (Number.isFinite(model.startedAt)) parts.push(`began at ${clock(model.startedAt)}`);
      if (model.lastAt > model.startedAt) parts.push(`over ${span(model.lastAt - model.startedAt)}`);
      if (model.gaps > 0) parts.push(counted(model.gaps, "gap"));
    }
    say(this.facts, parts.join(" · "));
  }

  #attemptButtons = 0;

  /** One button for each attempt, where there are several; the newest forty. */
  #offerAttempts() {
    const { attempts } = this.#model;
    if (attempts.length === this.#attemptButtons) return;
    this.#attemptButtons = attempts.length;
    show(this.attempts, attempts.length > 1);
    const shown = attempts.slice(-40);
    const hidden = attempts.length - shown.length;
    this.attempts.replaceChildren(
      ...(hidden > 0 ? [element("span", { class: "hint" }, `${count(hidden)} earlier not shown`)] : []),
      ...shown.map((attempt) => {
        const button = element("button", { type: "button" }, attempt.name);
        button.addEventListener("click", () => {
          this.#newest = attempt === this.#model.attempts.at(-1);
          this.#show(attempt);
        });
        button.attempt = attempt;
        return button;
      }),
    );
    this.#press();
  }

  #press() {
    for (const button of this.attempts.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.attempt === this.#attempt));
    }
  }

  #show(attempt) {
    this.#attempt = attempt;
    this.answer.open(attempt);
    this.results.open(attempt);
    this.#press();
  }

  /** Asks for what the stream does not say: faults, and whether there is more after its end. */
  async #ask() {
    clearTimeout(this.#timer);
    const session = this.#session;
    if (document.hidden || !session || !this.#connection) return;
    try {
      const response = await fetch(urlOf("overview", session), { cache: "no-store" });
      if (session !== this.#session) return;
      if (response.ok) await this.#compare(session, await response.json());
      else if (response.status === 404 && this.#model.events > 0) say(this.overview, "The receiver has let go of this session; this page still has what it received.");
    } catch {
      // The stream's own connection says what is wrong.
    }
    if (session === this.#session) this.#timer = setTimeout(() => this.#ask(), PAUSE);
  }

  async #compare(session, overview) {
    const { duplicates, conflicts, late, dropped, refused } = overview;
    const said = [];
    if (conflicts > 0) said.push(counted(conflicts, "conflict"));
    if (late > 0) said.push(`${count(late)} late`);
    if (dropped > 0) said.push(`${count(dropped)} dropped`);
    if (refused > 0) said.push(`${count(refused)} refused`);
    if (duplicates > 0) said.push(`${counted(duplicates, "repetition")} ignored`);
    if (session !== this.#session) return;
    say(this.overview, said.join(" · "));
    this.#resume(overview.last_event_id);
    // Gaps are in the list too, and one that closes is gone from it.
    const figures = [conflicts, late, dropped, refused, this.#model.gaps].join(" ");
    if (figures === this.#counted || figures === "0 0 0 0 0") return;
    const response = await fetch(urlOf("faults", session), { cache: "no-store" });
    if (!response.ok) return;
    const faults = await response.json();
    if (session !== this.#session) return;
    this.#counted = figures;
    this.faults.update(faults);
    this.timeline.mark(faults.faults);
  }

  /** Goes on when something came after the stream had been closed: another run, or a worker that was silent. */
  #resume(lastEventId) {
    const [theirs, ours] = [parseId(lastEventId), parseId(this.#model.lastId)];
    const rests = ["over", "silent"].includes(this.connection.dataset.connection);
    if (rests && theirs && (!ours || compareIds(theirs, ours) > 0)) this.#connection.start();
  }

  /** Saves the transcript as a file. A link would leave the key in the browser's history. */
  async #save() {
    const session = this.#session;
    try {
      const response = await fetch(urlOf("transcript", session), { cache: "no-store" });
      if (!response.ok) throw new Error(`the receiver answers ${response.status}`);
      const url = URL.createObjectURL(await response.blob());
      const name = session.id.replace(/[^\w.-]+/g, "_").slice(0, 100);
      element("a", { href: url, download: `${name}.json` }).click();
      setTimeout(() => URL.revokeObjectURL(url), 10_000);
    } catch (error) {
      say(this.detail, `The transcript cannot be had: ${error.message}`);
    }
  }
}
