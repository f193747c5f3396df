// The page: which session is open stands in its address, behind the `#`.

import { fragmentOf, parseAddress } from "./address.js";
import { element, say, show } from "./dom.js";
import { SessionList } from "./session_list.js";
import { SessionView } from "./session_view.js";

const listed = document.body.dataset.access === "open";
const part = (name) => document.querySelector(`[data-part="${name}"]`);
const view = new SessionView(part("session"), Number(document.body.dataset.keepAlive));
const list = listed ? new SessionList(part("listed")) : null;
/** The keys that were pasted or came with this page's address. They stay here: nowhere else, and no longer than the page. */
const keys = new Map();

show(part("listed"), listed);
show(part("keyed"), !listed);
say(part("address-label"), listed ? "Open by id or stream URL" : "Open by stream URL");
say(part("welcome-text"), listed ? "Pick a session to watch it." : "Open a session by its stream URL to watch it.");
say(part("callback"), new URL("events/SESSION", document.baseURI.split("#")[0]).href + (listed ? "" : "?key=…"));

part("open").addEventListener("submit", (event) => {
  event.preventDefault();
  const field = part("address");
  const text = field.value.trim();
  // Where there are no keys, a session's id is enough.
  const session = parseAddress(text) ?? (listed && text !== "" ? { id: text, key: null } : null);
  say(part("open-error"), session ? "" : "This is no stream URL: that has /stream/ and the session’s id in it.");
  if (!session) return;
  field.value = "";
  if (session.key !== null) keys.set(session.id, session.key);
  const fragment = fragmentOf(session.id);
  if (location.hash === fragment) go();
  else location.hash = fragment;
});

/** Opens what the address names. */
function go() {
  const session = parseAddress(location.hash);
  const name = location.hash.length > 1;
  show(part("welcome"), !session);
  say(part("welcome-error"), name && !session ? "The address of this page names no session: after the # it has /stream/ and the session’s id." : "");
  list?.mark(session?.id ?? null);
  if (!session) {
    view.close();
    document.title = "kai-e2e";
    return;
  }
  if (session.key !== null) keys.set(session.id, session.key);
  view.open({ id: session.id, key: keys.get(session.id) ?? null });
  remember(session.id);
}

/** Lists what was opened by keys, since nothing else does. */
function remember(id) {
  if (listed) return;
  const opened = part("opened");
  let link = [...opened.querySelectorAll("a")].find((link) => link.session === id);
  if (!link) {
    link = element("a", { href: fragmentOf(id) }, element("bdi", { class: "name" }, id));
    link.session = id;
    opened.prepend(element("li", {}, link));
  }
  for (const other of opened.querySelectorAll("a")) {
    if (other === link) other.setAttribute("aria-current", "true");
    else other.removeAttribute("aria-current");
  }
}

part("skip").addEventListener("click", () => part(part("session").hidden ? "address" : "title").focus());
addEventListener("hashchange", () => {
  go();
  // Whoever came by keyboard or screen reader goes on where the session begins.
  if (!part("session").hidden) part("title").focus();
});
go();
