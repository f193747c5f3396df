// One subscription to a session's stream, which lives through lost connections.

import { SseParser } from "./sse.js";

/** How long to wait at first, where the receiver does not say, and at the most; milliseconds. */
const USUAL_PAUSE = 500;
const LONGEST_PAUSE = 10_000;

/**
 * Reads a stream and connects again, after the last event that was taken, whenever it breaks off.
 *
 * - `url()` is where the stream is, `lastId()` the last event that was taken, or null.
 * - `onFrames(frames)` takes what came. What was taken is not asked for again, so it must all be taken.
 * - `onState({kind, detail})` is told how it stands: `connecting`, `live`, `lost` (and it tries again by itself), `over`
 *   (nothing can follow), `silent` (the receiver closed it after a long silence), `refused`. After the last three it
 *   rests until `start` is called again.
 */
export class Connection {
  #stop = null;
  #wake = null;
  #failures = 0;
  #retry = null;

  constructor({ url, lastId, onFrames, onState, keepAlive }) {
    Object.assign(this, { url, lastId, onFrames, onState });
    // The receiver sends at least a comment in that time. Two may be late, in a tab that is hidden above all.
    this.quiet = 3 * keepAlive + 5_000;
  }

  get running() {
    return this.#stop !== null;
  }

  start() {
    if (this.#stop) return;
    const stop = new AbortController();
    this.#stop = stop;
    this.#failures = 0;
    this.#run(stop.signal).finally(() => {
      if (this.#stop === stop) this.#stop = null;
    });
  }

  stop() {
    this.#stop?.abort();
    this.#stop = null;
  }

  /** Ends the pause before the next attempt to connect. */
  retryNow() {
    this.#wake?.();
  }

  async #run(stopped) {
    let first = true;
    while (!stopped.aborted) {
      if (first) this.onState({ kind: "connecting" });
      first = false;
      const end = await this.#once(stopped);
      if (stopped.aborted) return;
      if (end.kind !== "lost") {
        // Before whoever is told can call `start`.
        this.#stop = null;
        this.onState(end);
        return;
      }
      this.onState(end);
      const pause = Math.min((this.#retry ?? USUAL_PAUSE) * 2 ** this.#failures, LONGEST_PAUSE);
      this.#failures = Math.min(this.#failures + 1, 10);
      await this.#sleep(Math.max(pause, end.after ?? 0), stopped);
    }
  }

  #sleep(milliseconds, stopped) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
      stopped.addEventListener("abort", this.#wake, { once: true });
    });
  }

  /** One connection, to its end. */
  async #once(stopped) {
    const attempt = new AbortController();
    const abort = () => attempt.abort();
    stopped.addEventListener("abort", abort, { once: true });
    let heard = Date.now();
    const watch = setInterval(() => {
      if (Date.now() - heard > this.quiet) attempt.abort();
    }, 1_000);
    try {
      const last = this.lastId();
      const response = await fetch(this.url(), {
        headers: last === null ? {} : { "Last-Event-ID": last },
        cache: "no-store",
        credentials: "same-origin",
        signal: attempt.signal,
      });
      heard = Date.now();
      const refusal = await refusalOf(response);
      if (refusal) return refusal;
      this.onState({ kind: "live" });
      const parser = new SseParser();
      const decoder = new TextDecoder();
      const reader = response.body.getReader();
      // A receiver that stops closes its streams as cleanly, without one of the two ends below.
      let end = { kind: "lost" };
      for (;;) {
        const { done, value } = await reader.read();
        heard = Date.now();
        if (done || stopped.aborted) return end;
        const frames = parser.push(decoder.decode(value, { stream: true }));
        this.#retry = parser.retry ?? this.#retry;
        const last = frames.at(-1);
        if (!last) continue;
        this.#failures = 0;
        // What the receiver itself says has no id; a worker's own type of that name has one.
        const silent = last.id === null && last.type === "timeout";
        const over = last.id !== null && last.type === "done";
        end = { kind: silent ? "silent" : over ? "over" : "lost" };
        if (silent) frames.pop();
        this.onFrames(frames);
      }
    } catch {
      return { kind: "lost" };
    } finally {
      clearInterval(watch);
      stopped.removeEventListener("abort", abort);
      attempt.abort();
    }
  }
}

/** What an answer that is no stream means; null for a stream. */
async function refusalOf(response) {
  if (response.status === 204) return { kind: "over" };
  const type = response.headers.get("Content-Type") ?? "";
  if (response.ok && type.startsWith("text/event-stream")) return null;
  if (response.ok) return { kind: "refused", status: response.status, detail: "what answers is no stream" };
  const body = await response.json().catch(() => ({}));
  const detail = typeof body?.detail === "string" ? body.detail : `the receiver answers ${response.status}`;
  if (response.status === 429 || response.status >= 500) {
    return { kind: "lost", detail, after: 1_000 * (Number(response.headers.get("Retry-After")) || 1) };
  }
  return { kind: "refused", status: response.status, detail };
}
