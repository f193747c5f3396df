// Server-sent events as the HTML standard has them, read from pieces of text that may be cut anywhere.

/**
 * Reads frames `{id, type, data, received}`. `id` is null where a frame has none of its own; `received` is what our
 * receiver says in a comment before a frame when it is asked to (`times=true`).
 */
export class SseParser {
  /** How long the stream says to wait before connecting again, in milliseconds; null until it does. */
  retry = null;
  #rest = "";
  #began = false;
  #afterReturn = false;
  #frame = emptyFrame();

  push(text) {
    if (!this.#began && text !== "") {
      this.#began = true;
      if (text.startsWith("\uFEFF")) text = text.slice(1);
    }
    if (this.#afterReturn && text !== "") {
      this.#afterReturn = false;
      if (text.startsWith("\n")) text = text.slice(1);
    }
    const all = this.#rest + text;
    const frames = [];
    let start = 0;
    // What was there before has no line end in it.
    const ends = /\r\n|\n|\r/g;
    ends.lastIndex = this.#rest.length;
    for (let end = ends.exec(all); end; end = ends.exec(all)) {
      this.#line(all.slice(start, end.index), frames);
      start = ends.lastIndex;
      this.#afterReturn = end[0] === "\r" && start === all.length;
    }
    this.#rest = all.slice(start);
    return frames;
  }

  #line(line, frames) {
    if (line === "") {
      const { data, type } = this.#frame;
      if (data !== null) frames.push({ ...this.#frame, type: type || "message" });
      this.#frame = emptyFrame();
      return;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    let value = colon < 0 ? "" : line.slice(colon + 1);
    if (value.startsWith(" ")) value = value.slice(1);
    const frame = this.#frame;
    if (field === "data") frame.data = frame.data === null ? value : `${frame.data}\n${value}`;
    else if (field === "event") frame.type = value;
    else if (field === "id" && !value.includes("\0")) frame.id = value;
    else if (field === "retry" && /^\d+$/.test(value)) this.retry = Number(value);
    else if (colon === 0 && value.startsWith("received ")) frame.received = value.slice(9);
  }
}

function emptyFrame() {
  return { id: null, type: "", data: null, received: null };
}
