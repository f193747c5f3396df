// The timeline: a window of bounded size on rows of any number.

import { copyButton, element, say } from "./dom.js";
import { formatId } from "./event_id.js";
import { clock, count, counted, cut, gist, quoted, span } from "./format.js";
import { parseObject, pretty } from "./json_text.js";
import { Rows } from "./rows.js";

/** How many rows there are in the page at once, and pieces in one of them. */
export const WINDOW = 200;
/** How many types can be chosen. A worker may send as many as it has events. */
const TYPES = 50;
/** How many characters of one event's JSON are shown. */
const LONGEST_JSON = 100_000;

export class TimelineView {
  #rows = new Rows();
  #model = null;
  /** The window: the index of its first row, and its elements. */
  #start = 0;
  #items = [];
  /** Whether the window stays at the newest rows. */
  #following = true;
  #faults = { conflicts: new Map(), late: new Set() };

  constructor(root) {
    const part = (name) => root.querySelector(`[data-part="${name}"]`);
    this.list = part("rows");
    this.pane = part("pane");
    this.status = part("window");
    this.follow = part("follow");
    this.joined = part("joined");
    this.type = part("type");
    this.controls = Object.fromEntries(["oldest", "earlier", "later", "newest"].map((name) => [name, part(name)]));
    this.controls.oldest.addEventListener("click", () => this.#go(0, "start"));
    this.controls.earlier.addEventListener("click", () => this.#go(this.#start - WINDOW / 2, "start"));
    this.controls.later.addEventListener("click", () => this.#go(this.#start + WINDOW / 2, "end"));
    this.controls.newest.addEventListener("click", () => this.#setFollowing(true));
    this.follow.addEventListener("change", () => this.#setFollowing(this.follow.checked));
    for (const choice of [this.type, this.joined]) choice.addEventListener("change", () => this.#choose());
    this.pane.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    new ResizeObserver(() => this.#following && this.#toEnd()).observe(this.pane);
  }

  /** Shows another run, from its newest row on. */
  open(model) {
    this.#model = model;
    this.#faults = { conflicts: new Map(), late: new Set() };
    this.type.value = "";
    this.#types = -1;
    this.#choose();
    this.#setFollowing(true);
  }

  /** Shows what is new. */
  update() {
    this.#rows.update(this.#model.entries);
    this.#offerTypes();
    this.#render();
  }

  /** Marks events in conflict, and numbers that came too late. */
  mark(faults) {
    const place = ({ run, attempt, seq }) => formatId({ run, attempt, seq });
    this.#faults = { conflicts: new Map(), late: new Set() };
    for (const fault of faults) {
      if (fault.fault === "late") this.#faults.late.add(place(fault));
      if (fault.fault === "conflict") this.#faults.conflicts.set(place(fault), fault);
    }
    // Only what is marked otherwise now is made again: somebody may be reading the rest.
    this.#items.forEach((item, at) => {
      const row = this.#rows.all[this.#start + at];
      if (item.mark === this.#markOf(row)) return;
      const made = this.#item(row);
      item.replaceWith(made);
      this.#items[at] = made;
    });
  }

  /** What the receiver says of a row beyond what the stream does. */
  #markOf(row) {
    if (row.kind === "gap") return this.#cameLate(row);
    if (row.kind !== "events" || this.#faults.conflicts.size === 0) return "";
    return row.events.filter((event) => this.#faults.conflicts.has(event.id)).map((event) => event.id).join(" ");
  }

  #types = -1;

  #offerTypes() {
    const { types } = this.#model;
    // One more stands for all beyond.
    const offered = Math.min(types.size, TYPES + 1);
    if (offered === this.#types) return;
    this.#types = offered;
    const chosen = this.type.value;
    const names = [...types.keys()].slice(0, TYPES);
    const options = names.sort().map((type) => element("option", { value: type }, cut(type, 80)));
    if (offered > TYPES) options.push(element("option", { disabled: true }, `The first ${TYPES} types can be chosen`));
    this.type.replaceChildren(element("option", { value: "" }, "All types"), ...options);
    this.type.value = names.includes(chosen) ? chosen : "";
  }

  #choose() {
    const choice = { type: this.type.value, joined: this.joined.checked };
    this.#rows.choose(choice, this.#model.entries);
    this.#start = Math.max(0, this.#rows.all.length - WINDOW);
    this.#rebuild();
    if (this.#following) this.#toEnd();
  }

  #setFollowing(following) {
    this.#following = following;
    this.follow.checked = following;
    this.#render();
    if (following) this.#toEnd();
  }

  /**
   * Whoever scrolls up wants to read; whoever comes back to the end wants to go on. What is above or below the pane may
   * also change its height, and then it is not at its end although nobody scrolled.
   */
  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.pane;
    const atEnd = scrollHeight - scrollTop - clientHeight < 24;
    const newest = this.#start + this.#items.length >= this.#rows.all.length;
    if (atEnd && newest && !this.#following) this.#setFollowing(true);
    else if (!atEnd && this.#following && scrollTop < this.#top) this.#setFollowing(false);
  }

  /** Where the end was put last. */
  #top = 0;

  #toEnd() {
    this.pane.scrollTop = this.pane.scrollHeight;
    this.#top = this.pane.scrollTop;
  }

  #go(start, edge) {
    this.#following = false;
    this.follow.checked = false;
    this.#start = Math.max(0, Math.min(start, this.#rows.all.length - WINDOW));
    this.#rebuild();
    this.pane.scrollTop = edge === "start" ? 0 : this.pane.scrollHeight / 2 - this.pane.clientHeight;
  }

  #rebuild() {
    this.list.replaceChildren();
    this.#items = [];
    this.#render();
  }

  /** Brings the elements in line with the window, and leaves alone those that are. */
  #render() {
    const rows = this.#rows.all;
    if (this.#following) {
      const start = Math.max(0, rows.length - WINDOW);
      if (start >= this.#start + this.#items.length || start < this.#start) {
        this.list.replaceChildren();
        this.#items = [];
      } else {
        for (const gone of this.#items.splice(0, start - this.#start)) gone.remove();
      }
      this.#start = start;
    }
    this.#items.at(-1)?.refresh();
    const from = this.#start + this.#items.length;
    const added = rows.slice(from, this.#start + WINDOW).map((row) => this.#item(row));
    if (added.length > 0) {
      this.list.append(...added);
      this.#items.push(...added);
    }
    if (this.#following && (added.length > 0 || this.#grew())) this.#toEnd();
    this.#describe(rows.length);
  }

  #height = 0;

  #grew() {
    const before = this.#height;
    this.#height = this.list.scrollHeight;
    return this.#height !== before;
  }

  #describe(total) {
    const end = this.#start + this.#items.length;
    const [earlier, later] = [this.#start, total - end];
    const parts = total === 0 ? ["Nothing yet"] : [`Rows ${count(this.#start + 1)} to ${count(end)} of ${count(total)}`];
    if (earlier > 0) parts.push(`${count(earlier)} earlier not shown`);
    if (later > 0) parts.push(`${count(later)} later not shown`);
    say(this.status, parts.join(" · "));
    this.controls.oldest.disabled = this.controls.earlier.disabled = earlier === 0;
    this.controls.later.disabled = later === 0;
    this.controls.newest.disabled = this.#following;
  }

  #item(row) {
    const item = row.kind === "events" ? this.#eventItem(row) : element("li", { class: `marker ${row.kind}` }, this.#marker(row));
    item.refresh ??= () => {};
    item.mark = this.#markOf(row);
    return item;
  }

  #marker(row) {
    if (row.kind === "attempt") {
      const { attempt, before } = row;
      const superseded = before && before.epoch === attempt.epoch && before.run === attempt.run && !before.end;
      const how = superseded ? `; ${before.name.toLowerCase()} ended without a “done”` : "";
      return `${attempt.name} begins at ${clock(attempt.startedAt)}${how}`;
    }
    if (row.kind === "gap") {
      const numbers = row.count === 1n ? `Number ${count(row.first)} is` : `Numbers ${count(row.first)} to ${count(row.last)} are`;
      return `Gap: ${numbers.charAt(0).toLowerCase()}${numbers.slice(1)} missing${this.#cameLate(row)}`;
    }
    const after = row.after === null ? "" : ` after ${oneId(row.after)}`;
    const before = row.before === null ? "" : ` before ${oneId(row.before)}`;
    return `History dropped: events${after}${before} are gone, and this page has not seen them`;
  }

  #cameLate({ run, attempt, first, last }) {
    const late = [...this.#faults.late].filter((text) => {
      const [ofRun, ofAttempt, seq] = text.split("-");
      return Number(ofRun) === run && Number(ofAttempt) === attempt && BigInt(seq) >= first && BigInt(seq) <= last;
    });
    if (late.length === 0) return "";
    return late.length === 1 && first === last ? "; it came too late" : `; ${count(late.length)} came too late`;
  }

  #eventItem(row) {
    const time = element("time", { class: "when" });
    const type = element("span", { class: "type" }, cut(row.type, 60) || "(no type)");
    const text = element("bdi", { class: "gist" });
    const place = element("span", { class: "place" });
    const body = element("div", { class: "body" });
    const summary = element("summary", {}, time, type, text, place);
    const details = element("details", {}, summary, body);
    const item = element("li", { class: "event", "data-type": PLAIN.test(row.type) ? row.type : "other" }, details);
    const first = row.events[0];
    const at = Number.isFinite(first.at);
    time.textContent = at ? `+${span(Math.max(0, first.at - this.#model.startedAt))}` : "";
    if (at) time.dateTime = new Date(first.at).toISOString();
    time.title = at ? `received at ${clock(first.at)}` : "";
    if (this.#markOf(row) !== "") {
      summary.append(element("span", { class: "badge bad" }, "conflict"));
    }
    let shown = 0;
    const pieces = element("ol", { class: "pieces" });
    const more = element("p", { class: "hint" });
    const fill = () => {
      if (row.events.length === 1) {
        if (shown === 0) body.replaceChildren(...this.#facts(first));
        shown = 1;
        return;
      }
      if (shown <= 1) body.replaceChildren(more, pieces);
      const from = Math.max(shown > 1 ? shown : 0, row.events.length - WINDOW);
      pieces.append(...row.events.slice(from).map((event) => this.#piece(event)));
      while (pieces.childElementCount > WINDOW) pieces.firstElementChild.remove();
      shown = row.events.length;
      say(more, shown > WINDOW ? `The last ${WINDOW} of ${count(shown)} pieces:` : `${count(shown)} pieces:`);
      pieces.start = Math.max(1, shown - WINDOW + 1);
    };
    let written = 0;
    item.refresh = () => {
      if (written === row.events.length) return;
      written = row.events.length;
      const last = row.events.at(-1);
      const joined = written > 1;
      text.textContent = joined ? joinedGist(row) : gistOf(first);
      // They are of one attempt: a row of another kind begins each.
      place.textContent = joined ? `${first.id} … ${last.seq}` : first.id;
      if (joined) type.textContent = `${cut(row.type, 60)} × ${count(written)}`;
      if (details.open) fill();
    };
    details.addEventListener("toggle", () => {
      if (!details.open) return;
      // Whoever opens an event reads it: it must not be scrolled away.
      if (this.#following) this.#setFollowing(false);
      fill();
    });
    item.refresh();
    return item;
  }

  #facts(event) {
    const fact = (name, value) => element("div", {}, element("dt", {}, name), element("dd", {}, value));
    const received = Number.isFinite(event.at) ? `${clock(event.at)} (${new Date(event.at).toISOString()})` : "unknown";
    const facts = element(
      "dl",
      { class: "facts" },
      fact("Run", String(event.run)),
      fact("Attempt", String(event.attempt)),
      fact("Number", String(event.seq)),
      fact("Received", received),
    );
    const parts = [facts, ...jsonParts(event.data, `Copy event ${event.id}`)];
    const conflict = this.#faults.conflicts.get(event.id);
    if (conflict) {
      parts.push(
        element("p", { class: "bad" }, "Another delivery under this number said something else; the first is kept. The other:"),
        ...jsonParts(JSON.stringify(conflict.event), `Copy the other delivery under ${event.id}`),
      );
    }
    return parts;
  }

  #piece(event) {
    const time = Number.isFinite(event.at) ? `+${span(Math.max(0, event.at - this.#model.startedAt))}` : "";
    const content = parseObject(event.data)?.content;
    return element(
      "li",
      {},
      element("span", { class: "when" }, time),
      element("bdi", { class: "gist" }, quoted(typeof content === "string" ? content : event.data)),
      element("span", { class: "place" }, event.id),
    );
  }
}

/** Types that may stand in a selector of the style sheet. */
const PLAIN = /^[a-z_]{1,40}$/;

function oneId(id) {
  return cut(String(id), 80);
}

function gistOf(event) {
  return gist(event.type, parseObject(event.data) ?? {});
}

/** The beginning of a text whose pieces are a row. */
function joinedGist(row) {
  let text = "";
  for (const event of row.events.slice(0, WINDOW)) {
    const content = parseObject(event.data)?.content;
    text += typeof content === "string" ? content : "";
    if (text.length > 160) break;
  }
  return quoted(text);
}

function jsonParts(text, copyLabel) {
  const all = pretty(cut(text, LONGEST_JSON));
  const pre = element("pre", { tabindex: "0", role: "group", "aria-label": "JSON" }, element("code", {}, all));
  const parts = [copyButton(copyLabel, () => text), pre];
  if (text.length > LONGEST_JSON) {
    parts.push(element("p", { class: "hint" }, `${counted(text.length - LONGEST_JSON, "character")} more not shown; Copy has all.`));
  }
  return parts;
}
