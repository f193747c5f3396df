// Sessions in addresses: in what a person pastes, in the part of this page's own address behind the `#`, and in the
// requests to the receiver.

/**
 * The session that a text names, as `{id, key}`; the key is null where there is none. The text is the URL of a stream,
 * a transcript, a callback or this page, or the end of one that begins with its path. Null for anything else.
 */
export function parseAddress(text) {
  let rest = text.trim();
  // What follows a `#` is all of a page's address that counts; ids in paths have it encoded.
  const hash = rest.indexOf("#");
  if (hash >= 0) rest = rest.slice(hash + 1);
  const found = /(?:^|\/)(stream|sessions|events)\/([^/?#]+)(?:\/transcript)?(?:\?([^#]*))?$/.exec(rest);
  if (!found) return null;
  try {
    const [, folder, id, query] = found;
    // A callback URL names a session too, but its key is one to write.
    const key = folder === "events" ? null : new URLSearchParams(query ?? "").get("key");
    return { id: decodeURIComponent(id), key };
  } catch {
    return null; // A `%` that encodes nothing.
  }
}

/** What this page's address has behind the `#` for a session. Never with a key: it would stay in the history. */
export function fragmentOf(id) {
  return `#/stream/${encodeURIComponent(id)}`;
}

/** Whether URLs can name a session: two ids look like steps in a path, and every browser takes them for such. */
export function isNameable(id) {
  return id !== "." && id !== "..";
}

/** Where the receiver has something of a session, relative to this page. */
export function urlOf(kind, { id, key }, parameters = {}) {
  const [folder, end] = {
    stream: ["stream", ""],
    overview: ["sessions", ""],
    faults: ["sessions", "/faults"],
    transcript: ["sessions", "/transcript"],
  }[kind];
  const query = new URLSearchParams(parameters);
  if (key !== null) query.set("key", key);
  const text = query.toString();
  return `${folder}/${encodeURIComponent(id)}${end}${text && `?${text}`}`;
}
