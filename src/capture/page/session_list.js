// The list of sessions, kept up to date.

import { fragmentOf } from "./address.js";
import { element, say } from "./dom.js";
import { ago, count, counted } from "./format.js";

/** How often the receiver is asked, in milliseconds. */
const PAUSE = 2_000;

export class SessionList {
  #items = new Map();
  #timer = null;
  #asked = 0;
  #current = null;

  constructor(root) {
    const part = (name) => root.querySelector(`[data-part="${name}"]`);
    this.list = part("sessions");
    this.search = part("search");
    this.state = part("state-filter");
    this.status = part("list-status");
    this.search.addEventListener("input", () => this.#ask());
    this.state.addEventListener("change", () => this.#ask());
    this.list.addEventListener("keydown", (event) => this.#move(event));
    document.addEventListener("visibilitychange", () => this.#ask());
    this.#ask();
  }

  /** Marks the session that is open. */
  mark(id) {
    this.#current = id;
    for (const [of, item] of this.#items) this.#setCurrent(item, of === id);
  }

  #setCurrent(item, current) {
    if (current) item.link.setAttribute("aria-current", "true");
    else item.link.removeAttribute("aria-current");
  }

  async #ask() {
    clearTimeout(this.#timer);
    if (document.hidden) return;
    const asked = ++this.#asked;
    const wanted = new URLSearchParams();
    if (this.search.value !== "") wanted.set("search", this.search.value);
    if (this.state.value !== "") wanted.set("state", this.state.value);
    try {
      const response = await fetch(`sessions?${wanted}`, { cache: "no-store" });
      if (!response.ok) throw new Error(`the receiver answers ${response.status}`);
      const list = await response.json();
      // An answer to an older question comes too late.
      if (asked !== this.#asked) return;
      this.#show(list);
    } catch (error) {
      if (asked !== this.#asked) return;
      say(this.status, `The list is not up to date: ${error.message}`);
    }
    this.#timer = setTimeout(() => this.#ask(), PAUSE);
  }

  #show({ total, matching, sessions }) {
    const now = Date.now();
    const wanted = new Set(sessions.map((session) => session.session_id));
    for (const [id, item] of this.#items) {
      if (wanted.has(id)) continue;
      item.element.remove();
      this.#items.delete(id);
    }
    let place = this.list.firstElementChild;
    for (const session of sessions) {
      const item = this.#items.get(session.session_id) ?? this.#make(session.session_id);
      this.#update(item, session, now);
      if (item.element === place) place = place.nextElementSibling;
      else this.#put(item.element, place);
    }
    say(this.status, this.#describe(total, matching, sessions.length));
  }

  /** Puts an element before another, if it can be without taking the focus from it. */
  #put(moved, place) {
    if (moved.isConnected && this.list.moveBefore) {
      this.list.moveBefore(moved, place);
      return;
    }
    const focused = moved.contains(document.activeElement) ? document.activeElement : null;
    this.list.insertBefore(moved, place);
    focused?.focus({ preventScroll: true });
  }

  #make(id) {
    const name = element("bdi", { class: "name" }, id);
    const state = element("span", { class: "state" });
    const events = element("span");
    const time = element("time");
    const link = element("a", { href: fragmentOf(id) }, name,
      element("span", { class: "about" }, state, events, time));
    const item = { element: element("li", {}, link), link, state, events, time };
    this.#setCurrent(item, id === this.#current);
    this.#items.set(id, item);
    return item;
  }

  #update(item, session, now) {
    const last = Date.parse(session.last_at);
    if (item.state.dataset.state !== session.state) item.state.dataset.state = session.state;
    say(item.state, session.state);
    say(item.events, counted(session.events, "event"));
    say(item.time, ago(now - last));
    if (item.time.dateTime !== session.last_at) {
      item.time.dateTime = session.last_at;
      item.time.title = `last event ${new Date(last).toLocaleString()}`;
    }
  }

  #describe(total, matching, shown) {
    if (total === 0) return "No session yet. They appear here when a worker posts to one.";
    const all = matching === total ? counted(total, "session") : `${count(matching)} of ${counted(total, "session")}`;
    return shown < matching ? `${all}; the newest ${count(shown)} are shown, search for others` : all;
  }

  /** Arrow keys go through the list, since it may be long. */
  #move(event) {
    const links = [...this.list.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
    if (at < 0 || to === undefined || !links[to]) return;
    event.preventDefault();
    links[to].focus();
  }
}
